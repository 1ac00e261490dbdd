"""What a file is by its name or type: a message, or something that can do harm where it is opened."""

from __future__ import annotations

from postline.kit.text import file_name

# Windows and macOS run these at a click, or a program runs what is inside; browsers run the last line's
_RUNNING = frozenset(
    "ade adp app appx appxbundle apk bat chm cmd com command cpl dll dmg exe gadget hta inf ins iso isp jar jnlp js "
    "jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mde mdt mdw mdz msc msh msi msix msp mst nsh osd "
    "pif pkg pl prf prg ps1 ps2 psc1 psc2 py pyz reg rb scf scr sct sh shb shs sys url vb vbe vbp vbs vhd vhdx vxd "
    "ws wsc wsf wsh xll xpi xnk "
    "docm dotm xlsm xltm xlam pptm potm ppsm ppam sldm one "
    "htm html xhtml shtml mht mhtml svg svgz swf xml xsl xslt".split()
)
_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/javascript"}
    | {"application/javascript", "application/x-msdownload", "application/x-msdos-program", "application/java-archive"}
    | {
        "application/x-shockwave-flash",
        "application/x-sh",
        "application/hta",
        "application/vnd.microsoft.portable-executable",
    }
    | {"multipart/related", "application/x-ms-shortcut", "application/x-mimearchive"}
)


def is_dangerous(filename: str, content_type: str) -> bool:
    """Whether a person should think twice before they open such a file."""
    ending = file_name(filename).rpartition(".")[2].lower()  # as it will be called
    return ending in _RUNNING or content_type.lower() in _TYPES


def is_message(filename: str, content_type: str) -> bool:
    """Whether it is a message of its own (RFC 5322), to be opened as one."""
    return content_type.lower() == "message/rfc822" or filename.lower().endswith(".eml")


_WORDS = frozenset(
    "txt text csv tsv log eml msg vcf vcard ics ical mbox md rst rtf json ndjson xml yml yaml ini htm html xhtml mht "
    "mhtml diff patch asc".split()
)
_WORDY = ("text/", "message/", "multipart/")


def is_text(filename: str, content_type: str, content: bytes) -> bool:
    """Whether its words can be read without a program for it: by its type, its name, or because it is nothing else."""
    ending = filename.rstrip(" .").rpartition(".")[2].lower()
    kind = content_type.lower()
    if ending in _WORDS or kind.startswith(_WORDY) or kind.endswith(("json", "xml", "rfc822", "vcard", "csv", "rtf")):
        return True
    beginning = content[:4096]
    if b"\0" in beginning:
        return False
    try:
        beginning.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(beginning) - 3  # a letter of several bytes was cut
    return True
