# /// attack
# rows = [89]
# tries = "A Markdown fence around the code."
# kind = "fault"
# verdicts = ["raised"]
# says = ["is a Markdown fence"]
# ///
```python
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
```
