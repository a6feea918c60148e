"""Mail: messages as files, with every part and attachment."""

from app.formats.mail.format import FORMAT

FORMATS = (FORMAT,)
