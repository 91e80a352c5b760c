"""Send a video from a terminal: `python send_a_video.py https://video.example.org letter.json video.mp4`.

*letter.json* holds what the form asks for: given_name, family_name, role, organisation, organisation_kind, email,
language, consent_gallery, consent_social. Stopped half-way, the same command goes on from the parts that arrived. Needs
Python 3.11 alone.
"""

import hashlib
import json
import pathlib
import sys
import urllib.error
import urllib.request

CALL = "pistoia2030"


def ask(method, url, body=None, **headers):
    """Ask the API; what it refuses is said in words."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        sys.exit(f"{refused.code}: {refused.read().decode()}")


def send(service, letter, video):
    """Announce the video, put what is missing of it, and say that it is done."""
    size = video.stat().st_size
    with video.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    letter["file"] = {"name": video.name, "size_bytes": size, "type": "video/mp4", "fingerprint": whole}
    # The same key and the same letter are the same submission: that is all there is to going on.
    key = hashlib.sha256(json.dumps(letter, sort_keys=True).encode()).hexdigest()
    made = ask("POST", f"{service}/api/v1/calls/{CALL}/submissions", letter, Idempotency_Key=key)
    upload, secret = f"{service}/api/v1/submission/upload", {"Authorization": f"Bearer {made['token']}"}
    if made["upload"]:
        state, part_bytes = ask("GET", upload, **secret), made["upload"]["part_bytes"]
        there = {part["part_number"] for part in state["parts"]}
        for number in sorted(set(range(1, -(-size // part_bytes) + 1)) - there):
            [part] = ask("POST", f"{upload}/sign", {"part_numbers": [number]}, **secret)["parts"]
            with video.open("rb") as file:
                file.seek((number - 1) * part_bytes)
                content = file.read(part["size_bytes"])
            put = urllib.request.Request(part["url"], content, part["headers"], method="PUT")
            urllib.request.urlopen(put, timeout=600).close()
            there.add(number)
            print(f"{min(len(there) * part_bytes, size) / size:4.0%} of {size / 1e6:.1f} MB", flush=True)
    print(ask("POST", f"{upload}/complete", **secret)["state"], made["status_url"])


if __name__ == "__main__":
    send(sys.argv[1].rstrip("/"), json.loads(pathlib.Path(sys.argv[2]).read_text()), pathlib.Path(sys.argv[3]))
