"""What an earlier version wrote must open, and be found, for good: these bytes were
written on 2026-11-22.
"""

from pathlib import Path

from anonymizer import receipts
from anonymizer.archive import Archive
from anonymizer.keyring import Keyring
from anonymizer.pseudonym import Pseudonyms
from anonymizer.seal import DataKeys, Place, Sealer

KEYRING = Keyring({1: bytes(range(32)), 2: bytes(range(1, 33))})
AT = Place("talks", "draft", b"row 1")
SEALED = bytes.fromhex(
    "01000190edc57f0de003541fe4a956a14e3c6705dec49e5b17ca1d35d2d14044e99bad80c26a3364"
    "1c05140abd4ccc93"
    "c0bdad565c60320c4c736f5b769d4c"
)
OWN = bytes.fromhex(
    "010000d593feb4acad0606925265585c582cffb781af491258693f59e6d6ea47c98de590b61cf463"
    "77d10180a79aab32"
    "6ccd0fb3c7e1747157f0f813801e59"
)
WRAPPED = bytes.fromhex(
    "010002c56314f160a03a788e808911680d091171a0ea3dbf68ed175490c7f33d16640c5539cf17c6"
    "d144b2625485c0f9"
    "c52d0461fe7e9f7e8a0ebac77ceb9998220a6e"
)
BACKUP = bytes.fromhex(
    "4a4641524348310a0002f66a46a9e21240c1c7ddaedaf32568a27c093f086f2c19fd56289270e926"
    "e0affd19aa4db601"
    "bd92f8239489fabd060fca85947ac2be"
)


def test_yesterdays_seals_open() -> None:
    assert Sealer(KEYRING, "talk").open(SEALED, AT).decode() == "同一份台账"
    data_key = DataKeys(KEYRING).unwrap(WRAPPED, b"report 1")
    assert Sealer.own(data_key, "content").open(OWN, AT).decode() == "同一份台账"


def test_yesterdays_backup_opens(tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(BACKUP)
    Archive(KEYRING).decrypt(tmp_path / "backup", tmp_path / "plain")
    assert (tmp_path / "plain").read_text("utf-8") == "备份"


def test_yesterdays_digests_are_found() -> None:
    names = Pseudonyms(KEYRING)
    digests = [
        names.pseudonym("telegram", "123456789"),
        names.mine("telegram", "123456789", 3),
        names.inbox_mark("telegram", "77"),
        names.session_digest("token"),
        names.staff_digest("telegram", "42"),
        receipts.fingerprint("01AB-01CD-23EF-45GT", KEYRING.key("receipt")),
    ]
    assert [digest.hex()[:16] for digest in digests] == [
        "f1e3ef512b086d89",
        "dfbf979c4fdd1a5d",
        "0a145db155df916b",
        "538eace00901083d",
        "edfc92f85e34251f",
        "936e26f906ce89f5",
    ]
