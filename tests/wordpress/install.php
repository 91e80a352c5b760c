<?php
/**
 * Installs the WordPress of this folder, in place of the form that people fill in. php install.php ADDRESS PASSWORD
 */
define( 'WP_INSTALLING', true );
require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

list( , $address, $password ) = $argv;
define( 'WP_SITEURL', $address );
wp_install( 'Un altro sito', 'redazione', 'redazione@example.org', false, '', $password );
update_option( 'siteurl', $address );
update_option( 'home', $address );
// Portraits come from a stranger's server.
update_option( 'show_avatars', 0 );
// So does the picture of the tour that greets an editor.
update_user_meta(
	1,
	'wp_persisted_preferences',
	array( 'core/edit-post' => array( 'welcomeGuide' => false ), '_modified' => gmdate( 'c' ) )
);
switch_theme( 'twentytwentythree' );
