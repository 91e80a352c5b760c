<?php
/**
 * Publishes a post whose words come on standard input, and prints its address. php publish.php TITLE < WORDS
 */
require getcwd() . '/wp-load.php';

// Who may write what is another question than ours: an editor's words are not filtered, and neither are these.
kses_remove_filters();
$post = wp_insert_post(
	array(
		'post_title'   => $argv[1],
		'post_content' => wp_slash( stream_get_contents( STDIN ) ),
		'post_status'  => 'publish',
	),
	true
);
if ( is_wp_error( $post ) ) {
	fwrite( STDERR, $post->get_error_message() );
	exit( 1 );
}
echo get_permalink( $post );
