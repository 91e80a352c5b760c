<?php
/**
 * Switches a plugin on or off, as the page of plugins does. php switch-plugin.php on|off FILE
 */
require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/plugin.php';

list( , $position, $file ) = $argv;
$outcome = 'on' === $position ? activate_plugin( $file ) : deactivate_plugins( $file );
if ( is_wp_error( $outcome ) ) {
	fwrite( STDERR, $outcome->get_error_message() );
	exit( 1 );
}
