"""What is asked of a bucket only to know whether it is set up right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from intake.storage.client import S3Server, s3_client
from intake.storage.translate import storage_errors

_NO_RULES: Final = "NoSuchCORSConfiguration"


@dataclass(frozen=True, kw_only=True)
class PagesRule:
    """Whose scripts may use a bucket, and how."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]


class BucketExamination:
    """Asks one bucket about itself."""

    def __init__(self, name: str, server: S3Server) -> None:
        self.name = name
        self._client: Any = s3_client(server)

    def keeps_old_versions(self) -> bool:
        """Tell whether what is deleted stays as an older version.

        Raises:
            StorageUnavailable: The server cannot say.
        """
        with storage_errors():
            return bool(self._client.get_bucket_versioning(Bucket=self.name).get("Status") == "Enabled")

    def pages_rules(self) -> list[PagesRule]:
        """Return whose scripts may use the bucket.

        Raises:
            StorageUnavailable: The server cannot say.
        """
        with storage_errors():
            try:
                answer = self._client.get_bucket_cors(Bucket=self.name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == _NO_RULES:
                    return []
                raise
        return [
            PagesRule(origins=tuple(rule["AllowedOrigins"]), methods=tuple(rule["AllowedMethods"]))
            for rule in answer["CORSRules"]
        ]
