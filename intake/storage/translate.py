"""The only translator of S3 errors into our own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from intake.domain.errors import ObjectMissing, StorageUnavailable, UploadUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

# HEAD says 404 for a missing object, GET says NoSuchKey: one meaning.
_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what boto3 raises inside into our errors.

    Raises:
        ObjectMissing: There is no object under the key.
        UploadUnknown: There is no such upload in parts: it is over, or never was.
        StorageUnavailable: Anything else. A wrong key or a full disk lasts until somebody mends it, and waiting loses
            nothing; failing would use up a job's attempts.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "NoSuchUpload":
            raise UploadUnknown(code) from error
        if code in _MISSING:
            raise ObjectMissing(code) from error
        raise StorageUnavailable(code) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from error
