<?php
/**
 * Plugin Name:       Pistoia2030 Video
 * Description:       Shows the video messages of Pistoia2030, and whole galleries, where their address is pasted; with full screen.
 * Version:           1.0.0
 * Requires at least: 5.9
 * Requires PHP:      7.4
 * License:           EUPL-1.2
 * License URI:       https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12
 *
 * Without it WordPress shows our videos too, in a frame that may not fill the screen. It keeps the frame of those whom
 * it knows as they sent it, and this makes us known. It stores nothing, and asks nobody before an address is pasted.
 *
 * @package Pistoia2030Video
 */

defined( 'ABSPATH' ) || exit;

/*
 * Where the video service is, without a slash at the end. Change it here, or say in wp-config.php:
 *
 *     define( 'PISTOIA2030_VIDEO_URL', 'https://video.example.org' );
 */
defined( 'PISTOIA2030_VIDEO_URL' ) || define( 'PISTOIA2030_VIDEO_URL', 'https://video.example.org' );

/**
 * Makes the service known to WordPress.
 */
function pistoia2030_video_register() {
	$home = untrailingslashit( PISTOIA2030_VIDEO_URL );
	// A clip's page, a gallery's, and the frames of both.
	foreach ( array( '/gallery/*', '/embed/*' ) as $pages ) {
		wp_oembed_add_provider( $home . $pages, $home . '/oembed' );
	}
}
add_action( 'init', 'pistoia2030_video_register' );

/**
 * Has WordPress ask again about addresses that stand in posts: it remembers for ever what it was told before, that there
 * was nothing to be seen among it.
 */
function pistoia2030_video_forget() {
	global $wpdb;
	$ours       = '%' . $wpdb->esc_like( untrailingslashit( PISTOIA2030_VIDEO_URL ) . '/embed/' ) . '%';
	$remembered = $wpdb->get_results(
		$wpdb->prepare(
			"SELECT post_id, meta_key FROM {$wpdb->postmeta} WHERE meta_key LIKE %s AND ( meta_value LIKE %s OR meta_value = %s )",
			$wpdb->esc_like( '_oembed_' ) . '%',
			$ours,
			'{{unknown}}'
		)
	);
	foreach ( $remembered as $one ) {
		delete_post_meta( $one->post_id, $one->meta_key );
	}
}
register_activation_hook( __FILE__, 'pistoia2030_video_forget' );
