"""Check an exported audit log: python3 check_audit_export.py FOLDER [KEY-FILE] [CHECKPOINT]; see audit.md."""

import csv
import hashlib
import hmac
import json
import sys
from base64 import b64decode
from pathlib import Path
from uuid import UUID


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def check(folder, given, noted):
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    file, store = folder / Path(told["file"]).name, UUID(told["store"]).bytes
    if not {given.get("store"), *noted[:1]} <= {None, told["store"], "stagewatch.audit/" + told["store"]}:
        return 3, "not provable: the key file or the checkpoint is of another store"
    size, head = (int(noted[1]), b64decode(noted[2])) if noted else (0, b"")
    first, key, tip, seq, last, bare = bytes.fromhex(given.get("key", "")), None, sha(b"\4", store), 0, 0, 0
    fingerprint, mark = sha(b"\5", store, first).hex()[:32], "'" if file.suffix == ".csv" else ""
    csv.field_size_limit(2**31 - 1)
    with file.open("rb") as data:
        if hashlib.file_digest(data, "sha256").hexdigest() != told["sha256"]:
            return 2, f"tampered: {file.name} is not the file that was exported"
        data.seek(0)
        rows = csv.DictReader(map(bytes.decode, data)) if mark else map(json.loads, data)
        for seq, row in enumerate(rows, 1):
            epoch, text, tag = int(row["epoch"]), row["text"].removeprefix(mark), row["tag"] or ""
            place = seq.to_bytes(8, "big") + epoch.to_bytes(8, "big")
            tip = sha(b"\1", store, place, tip, sha(b"\0", text.encode()))
            if new := epoch > last and '"operation":"audit.key"' in text:  # a key begins: the given one?
                key = first if given.get("epoch") == str(epoch) and f'"{fingerprint}"' in text else None
            for each in range(last + 1, min(epoch, 10**6) + 1) if key and not new else ():
                key = hmac.digest(key, b"\3" + store + each.to_bytes(8, "big"), "sha256")
            seal = hmac.digest(key, b"\2" + tip, "sha256").hex() if key and epoch else tag
            fits = (seq, tip.hex(), seal, epoch >= (last or 1))
            if (int(row["seq"]), row["hash"], tag, bool(tag)) != fits or (seq == size and tip != head):
                return 2, f"tampered: entry {seq} is missing, or not as it was written, sealed and remembered"
            last, bare = max(last, epoch), bare + (bool(last + epoch) and not (key and epoch))
    if seq < size or (seq, tip.hex()) != (told["entries"], told["head"]):
        return 2, f"tampered: the log ends with entry {seq}, yet {max(size, told['entries'])} are remembered"
    if lacks := ["a key to check each seal"] * (bare > 0 or not key) + ["a checkpoint"] * (not noted):
        return 3, f"not provable: {seq} entries fit; what is missing: {', '.join(lacks)}"
    return 0, f"proven: {seq} entries, sealed; checkpoint of {size} met; its signature is not checked here"


if __name__ == "__main__":
    try:
        files = {text[:17]: text.splitlines() for text in (Path(f).read_text("utf-8") for f in sys.argv[2:])}
        key_file = dict(line.split(" ", 1) for line in files.pop("stagewatch audit ", []))
        noted = files.pop("stagewatch.audit/", [])
        code, line = (4, "unreadable: a strange file") if files else check(Path(sys.argv[1]), key_file, noted)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, csv.Error) as error:
        code, line = 4, f"unreadable: {error!r}"
    print(line)
    sys.exit(code)
