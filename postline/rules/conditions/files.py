"""What sort of file an attachment is, in one word that a person would use."""

from __future__ import annotations

from collections.abc import Iterator

PICTURE, DOCUMENT, SHEET, ARCHIVE, PROGRAM = "picture", "document", "spreadsheet", "archive", "program"
SOUND, VIDEO, MESSAGE, TEXT = "sound", "video", "message", "text"

_BY_ENDING = {
    ending: sort
    for sort, endings in {
        PICTURE: "jpg jpeg png gif webp heic bmp tif tiff svg",
        DOCUMENT: "pdf doc docx odt rtf pages ppt pptx odp",
        SHEET: "xls xlsx ods csv numbers xlsm",
        ARCHIVE: "zip rar 7z gz tgz bz2 xz tar cab iso img",
        PROGRAM: "exe msi bat cmd com scr pif js jse vbs vbe wsf ps1 jar apk dll lnk hta sh app dmg",
        SOUND: "mp3 wav ogg m4a flac",
        VIDEO: "mp4 mov avi mkv webm",
        MESSAGE: "eml msg",
        TEXT: "txt log md ini json xml html htm",
    }.items()
    for ending in endings.split()
}
_BY_TYPE = {"image": PICTURE, "audio": SOUND, "video": VIDEO, "message": MESSAGE, "text": TEXT}


def sorts(filename: str, content_type: str) -> Iterator[str]:
    """All that `attachment-kind` may be compared with: the sort, the content type, and the first half of that."""
    content_type = content_type.lower()
    family = content_type.partition("/")[0]
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    sort = _BY_ENDING.get(ending) or _BY_TYPE.get(family)
    if sort:
        yield sort
    yield content_type
    yield family
