"""A request -> what AWS's SDK wraps around an answer: request ids and response metadata, the same in every run."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from aslkit.simulation.context import START

__all__ = ["START", "hexadecimal", "metadata", "uuid"]

Json = Any


def hexadecimal(*parts: object) -> str:
    """64 hexadecimal digits that follow from `parts` alone."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()


def uuid(*parts: object) -> str:
    """A UUID that follows from `parts` alone."""
    digits = hexadecimal(*parts)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def metadata(request_id: str, *, at: float, content_type: str, length: int) -> dict[str, Json]:
    """SdkHttpMetadata and SdkResponseMetadata of an answer at an instant (epoch seconds). Source: recorded on AWS."""
    headers = {
        "x-amzn-RequestId": request_id,
        "connection": "keep-alive",
        "Content-Length": str(length),
        "Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at)),
        "Content-Type": content_type,
    }
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": dict(sorted(headers.items(), key=lambda header: header[0].lower())),
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }
