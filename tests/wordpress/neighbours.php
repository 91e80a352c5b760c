<?php
/**
 * Lets this WordPress ask its neighbours on the same machine, and only them.
 *
 * WordPress asks no address that looks local, and no port but 80, 443 and 8080: a visitor could make it talk to a
 * router. A real service has a public address, and needs none of this; here both live on one machine. It is no part
 * of what we give to other sites.
 */
add_filter( 'http_request_host_is_external', fn( $is_external, $host ) => $is_external || '127.0.0.1' === $host, 10, 2 );
add_filter(
	'http_allowed_safe_ports',
	fn( $ports, $host, $url ) => array_merge( $ports, array( (int) wp_parse_url( $url, PHP_URL_PORT ) ) ),
	10,
	3
);
