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
 * it knows as they sent it, and this makes us known. It stores nothing and asks nobody before an address is pasted.
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
