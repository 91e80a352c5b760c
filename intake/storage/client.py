"""The only place that makes a client for an S3 server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import boto3
from botocore.config import Config

CONNECT_S: Final = 3
"""Longest wait for a connection."""


ANY_REGION: Final = "us-east-1"
"""What a server without regions is told: the region of Amazon's first ones, and what most others take for granted."""


@dataclass(frozen=True, kw_only=True)
class S3Server:
    """Where an S3 server is reached, and as whom.

    Attributes:
        endpoint_url: Where we reach it.
        public_url: Where browsers do; a signature holds only for the host it was made for.
        region: A part of every signature, so a server that has regions must be told its own.
    """

    endpoint_url: str
    public_url: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = ANY_REGION


def s3_client(  # boto3 ships no types
    server: S3Server, *, endpoint_url: str | None = None, connect_timeout_s: float = CONNECT_S
) -> Any:  # noqa: ANN401
    """Make a client; nothing is connected yet.

    Args:
        endpoint_url: Where it is to reach the server instead of the server's own endpoint.
    """
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url or server.endpoint_url,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name=server.region,
        config=Config(
            # Without it boto3 signs links for other hosts the old way.
            signature_version="s3v4",
            # Over plain HTTP boto3 hashes each body before it is sent: twice the work of sending it. Plain HTTP is for
            # a network of our own; one that cannot be trusted needs https, over which boto3 signs no file either.
            s3={"addressing_style": "path", "payload_signing_enabled": False},
            connect_timeout=connect_timeout_s,
            read_timeout=60,
            retries={"max_attempts": 2, "mode": "standard"},
        ),
    )
