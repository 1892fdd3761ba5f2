#!/usr/bin/env python3
"""The parts of the quickstart around the compiled model: render text, prepare a picture, decode what the model says.

  ocr-demo.py model                        prints the path of the recognition model
  ocr-demo.py render TEXT OUT.png
  ocr-demo.py prepare IN.png OUT.npz       the model's input: x, 1x3x48xW
  ocr-demo.py decode OUT.npz               prints the text
"""
import importlib.util
import os
import sys

import numpy as np

HEIGHT = 48
MINIMUM_WIDTH = 320


def model_path(name="ch_PP-OCRv4_rec_infer.onnx"):
    """A model file of the package rapidocr-onnxruntime, found without importing the package."""
    spec = importlib.util.find_spec("rapidocr_onnxruntime")
    if spec is None:
        raise SystemExit("error: missing package rapidocr-onnxruntime; run utils/setup-deps.sh")
    return os.path.join(spec.submodule_search_locations[0], "models", name)


def render(text, path):
    """Black words on white, one line, with pillow's own font."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=32)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("RGB", (right - left + 24, bottom - top + 20), "white")
    ImageDraw.Draw(image).text((12 - left, 10 - top), text, font=font, fill="black")
    image.save(path)


def prepare(path):
    """Scales to height 48, maps 0..255 to -1..1, orders channels blue-green-red first, pads with zeros on the right."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    width = max(1, round(image.width * HEIGHT / image.height))
    pixels = np.asarray(image.resize((width, HEIGHT), Image.BILINEAR), np.float32) / 127.5 - 1.0
    picture = np.zeros((1, 3, HEIGHT, max(width, MINIMUM_WIDTH)), np.float32)
    picture[0, :, :, :width] = pixels[:, :, ::-1].transpose(2, 0, 1)
    return picture


def alphabet(path):
    """The characters that the model file carries in its metadata; class 0 is CTC's blank, the last one is the space."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    characters = next(p.value for p in model.metadata_props if p.key == "character")
    return [""] + characters.split("\n") + [" "]


def decode(scores, characters):
    """Greedy CTC: the best class of each step, repetitions merged, blanks dropped."""
    best = scores[0].argmax(axis=1)
    return "".join(characters[c] for i, c in enumerate(best) if c != 0 and (i == 0 or c != best[i - 1]))


def main(args):
    if args[:1] == ["model"]:
        print(model_path())
    elif args[:1] == ["render"] and len(args) == 3:
        render(args[1], args[2])
    elif args[:1] == ["prepare"] and len(args) == 3:
        np.savez(args[2], x=prepare(args[1]))
    elif args[:1] == ["decode"] and len(args) == 2:
        with np.load(args[1]) as arrays:
            scores = arrays[arrays.files[0]]
        print(decode(scores, alphabet(model_path())).strip())
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
