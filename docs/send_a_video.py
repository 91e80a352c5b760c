"""Send a video: `python send_a_video.py https://video.example.org letter.json video.mp4`. Stopped half-way, it goes on.

*letter.json* holds what the form asks for: given_name, family_name, role, organisation, organisation_kind, email,
language, consent_gallery, consent_social. Needs Python 3.11 alone.
"""

import hashlib
import json
import pathlib
import sys
from urllib import error, request


def ask(method, url, body=None, **headers):
    """Ask the API; what it refuses is said in words."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    try:
        with request.urlopen(request.Request(url, content, headers, method=method), timeout=60) as answer:
            return json.load(answer)
    except error.HTTPError as refused:
        sys.exit(f"{refused.code}: {refused.read().decode()}")


def send(api, letter, video, path):
    """Announce the video, put the parts that are missing, and say that it is done."""
    size, fingerprint = path.stat().st_size, hashlib.file_digest(video, "sha256").hexdigest()
    letter["file"] = {"name": path.name, "size_bytes": size, "type": "video/mp4", "fingerprint": fingerprint}
    # The same key and the same letter are the same submission: that is all there is to going on.
    key = hashlib.sha256(json.dumps(letter, sort_keys=True).encode()).hexdigest()
    made = ask("POST", f"{api}/calls/pistoia2030/submissions", letter, Idempotency_Key=key)
    upload, secret = f"{api}/submission/upload", {"Authorization": f"Bearer {made['token']}"}
    part_bytes = made["upload"]["part_bytes"] if made["upload"] else size
    arrived = {part["part_number"] for part in ask("GET", upload, **secret)["parts"]} if made["upload"] else {1}
    for number in sorted(set(range(1, -(-size // part_bytes) + 1)) - arrived):
        [part] = ask("POST", f"{upload}/sign", {"part_numbers": [number]}, **secret)["parts"]
        video.seek((number - 1) * part_bytes)
        put = request.Request(part["url"], video.read(part["size_bytes"]), part["headers"], method="PUT")
        request.urlopen(put, timeout=600).close()
        print(f"{min(number * part_bytes, size) / size:4.0%} of {size / 1e6:.1f} MB", flush=True)
    print(ask("POST", f"{upload}/complete", **secret)["state"], made["status_url"])


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[3])
    with path.open("rb") as file:
        send(f"{sys.argv[1].rstrip('/')}/api/v1", json.loads(pathlib.Path(sys.argv[2]).read_text()), file, path)
