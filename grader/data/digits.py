"""Digits drawn afresh in every run: 28×28 grey images, as MNIST's are, with nobody's handwriting in them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

SIDE = 28
_FONT_SIZE = 26  # a digit is 18 rows high, and stays within the image when it is scaled and shifted

# How far a digit is bent. A network with one hidden layer reaches 0.975 to 0.99 here, a linear one 0.9.
_ROTATION, _SHEAR, _SCALE, _SHIFT, _NOISE = math.radians(15), 0.2, (0.8, 1.1), 3.0, 0.1


def digits(count: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw digits in Pillow's own font, each rotated, sheared, scaled, shifted and covered with noise at random.

    Args:
        count: how many; each of the ten digits occurs as often as the others, up to one.
        seed: the same seed gives the same digits.

    Returns:
        ``(images, labels)``: (count, 784) float32 in [0, 1], rows of 28×28 images; (count,) int64 in [0, 10).
    """
    from PIL import Image

    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count, dtype=np.int64) % 10)
    glyphs = [_glyph(str(digit)) for digit in range(10)]
    images = np.empty((count, SIDE * SIDE), dtype=np.float32)
    for row, (label, inverse) in enumerate(zip(labels, _affine_maps(count, rng), strict=True)):
        image = glyphs[label].transform((SIDE, SIDE), Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR)
        images[row] = np.frombuffer(image.tobytes(), dtype=np.uint8)
    images /= 255
    images += _NOISE * rng.standard_normal(images.shape, dtype=np.float32)
    return np.clip(images, 0, 1, out=images), labels


def _glyph(digit: str) -> Image.Image:
    """A digit in the middle of a black image."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (SIDE, SIDE))
    font = ImageFont.load_default(size=_FONT_SIZE)
    ImageDraw.Draw(image).text((SIDE / 2, SIDE / 2), digit, fill=255, font=font, anchor="mm")
    return image


def _affine_maps(count: int, rng: np.random.Generator) -> list[tuple[float, ...]]:
    """Random maps from the place of a pixel to where it comes from, ``(a, b, c, d, e, f)`` as Pillow takes them."""
    angle = rng.uniform(-_ROTATION, _ROTATION, count)
    shear = rng.uniform(-_SHEAR, _SHEAR, count)
    scale = rng.uniform(*_SCALE, count)
    shift = rng.uniform(-_SHIFT, _SHIFT, (count, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    forward = np.empty((count, 2, 2))  # rotation times shear times scale
    forward[:, 0, 0], forward[:, 0, 1] = cos, cos * shear - sin
    forward[:, 1, 0], forward[:, 1, 1] = sin, sin * shear + cos
    inverse = np.linalg.inv(forward * scale[:, None, None])
    middle = SIDE / 2
    offset = middle - (inverse @ (middle + shift)[..., None])[..., 0]  # the middle goes to the middle, shifted
    return [tuple(row) for row in np.concatenate([inverse, offset[..., None]], 2).reshape(count, 6).tolist()]
