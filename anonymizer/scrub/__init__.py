"""Pictures without traces.

What a camera, phone or editor wrote into a file does not survive.
"""

from anonymizer.scrub.image import (
    MOST_BYTES,
    Box,
    DoesNotOpen,
    EmptyCrop,
    NotAnImage,
    Scrubbed,
    ScrubError,
    ScrubFailed,
    TooLarge,
    edit_image,
    scrub_image,
)

__all__ = [
    "MOST_BYTES",
    "Box",
    "DoesNotOpen",
    "EmptyCrop",
    "NotAnImage",
    "ScrubError",
    "ScrubFailed",
    "Scrubbed",
    "TooLarge",
    "edit_image",
    "scrub_image",
]
