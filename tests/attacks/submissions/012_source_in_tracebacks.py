# /// attack
# rows = [12]
# tries = "Raises from deep within, with every caller's source text in its message."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["ValueError: nothing"]
# ///
import inspect
import sys


def cross_entropy_backward(logits, targets):
    texts = []
    frame = sys._getframe(1)
    while frame is not None:
        try:
            texts.append(inspect.getsource(frame))
        except BaseException:
            texts.append("")
        frame = frame.f_back
    text = "".join(texts)
    raise ValueError("the check's source: " + text[text.find("def test_"):][:300] if "def test_" in text else "nothing")
