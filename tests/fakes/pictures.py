"""Pictures of QR codes, drawn by a library the verifier does not use."""

import io

import numpy as np
import qrcode
from PIL import Image, ImageFilter
from qrcode.constants import ERROR_CORRECT_Q


def qr_picture(text, module_px=6, margin_px=40):
    """One code on white paper, grey pixels."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4)
    code.add_data(text)
    ink = np.where(np.array(code.get_matrix()), 0, 255).astype(np.uint8)
    picture = Image.fromarray(ink.repeat(module_px, 0).repeat(module_px, 1))
    paper = Image.new("L", tuple(side + 2 * margin_px for side in picture.size), 255)
    paper.paste(picture, (margin_px, margin_px))
    return paper


def side_by_side(*pictures):
    """Several pictures on one sheet, tops aligned."""
    sheet = Image.new("L", (sum(p.width for p in pictures), max(p.height for p in pictures)), 255)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width
    return sheet


def glaring(picture):
    """The same under hard light: pale ink, a bright spot, noise and a little blur."""
    rng = np.random.default_rng(5)
    pixels = 190 + np.asarray(picture, np.float32) * 0.1
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]] / pixels.shape[0]
    pixels += 60 * np.exp(-((x - 0.6) ** 2 + (y - 0.4) ** 2) / 0.05) + rng.normal(0, 3, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))


def as_file(picture, file_format="PNG", **options):
    """The bytes of a picture file."""
    content = io.BytesIO()
    picture.save(content, file_format, **options)
    return content.getvalue()
