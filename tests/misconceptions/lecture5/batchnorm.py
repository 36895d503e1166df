"""What learners get wrong in lecture5.batchnorm."""

from grader.checks import misconception


def _gain_and_bias(dout, bnraw):
    """(dgain, dbias), right."""
    return (dout * bnraw).sum(0, keepdim=True), dout.sum(0, keepdim=True)


def _dx(dout, bnraw, bngain, bnvar_inv):
    """Right dx."""
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    return bngain * bnvar_inv / n * (n * dout - dbias - n / (n - 1) * bnraw * dgain)


@misconception(
    "The printed formula of the lecture notes is wrong: the gain is missing, and its variance term has var_inv "
    "cubed and 1/n. Derive dx anew: each term has bngain and bnvar_inv once, the variance's also 1/(n−1).",
    name="printed-formula",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    bndiff = bnraw / bnvar_inv
    dgain, dbias = _gain_and_bias(dout, bnraw)
    dx = dout * bnvar_inv - (dbias * bnvar_inv + dgain * bnvar_inv**3 * bndiff) / n
    return dx, dgain, dbias


@misconception(
    "This is the gradient for a variance divided by n. Here it is divided by n − 1, which makes the variance's "
    "term n/(n−1) times as large.",
    name="biased-variance",
    violates=("matches_autograd",),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    dx = bngain * bnvar_inv / n * (n * dout - dbias - bnraw * dgain)
    return dx, dgain, dbias


@misconception(
    "Bessel's correction belongs to the variance alone. The mean is over n, so its term is Σdout/n, not Σdout/(n−1).",
    name="bessel-in-the-mean",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    dx = bngain * bnvar_inv / (n - 1) * ((n - 1) * dout - dbias - bnraw * dgain)
    return dx, dgain, dbias


@misconception(
    "The gain is missing in dx. out = bngain·bnraw + bnbias, so the gradient at bnraw is bngain·dout.",
    name="gain-forgotten",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    return _dx(dout, bnraw, 1.0, bnvar_inv), *_gain_and_bias(dout, bnraw)


@misconception(
    "The mean's term is missing in dx: x moves the mean, which all rows share. "
    "dx = bngain·bnvar_inv·(dout − dbias/n − …).",
    name="mean-term-forgotten",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    dx = bngain * bnvar_inv * (dout - bnraw * dgain / (n - 1))
    return dx, dgain, dbias


@misconception(
    "The variance's term is missing in dx: x moves the variance, which scales all rows. "
    "dx = bngain·bnvar_inv·(dout − … − bnraw·dgain/(n−1)).",
    name="variance-term-forgotten",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    dx = bngain * bnvar_inv / n * (n * dout - dbias)
    return dx, dgain, dbias


@misconception(
    "Mean and variance are taken for constants here. They are computed from x, and each sends a gradient "
    "back to every row.",
    name="statistics-constant",
    violates=("matches_autograd", "columns_of_dx_sum_to_zero"),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    return dout * bngain * bnvar_inv, *_gain_and_bias(dout, bnraw)


@misconception(
    "bnvar_inv is 1/√(var + 1e-5) already: multiply by it. Divided by it, dx grows where it should shrink.",
    name="divides-by-var-inv",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    return _dx(dout, bnraw, bngain, 1 / bnvar_inv), *_gain_and_bias(dout, bnraw)


@misconception(
    "The gain multiplies bnraw, so dgain is Σ dout·bnraw over the rows: with the normalised x, not with x − mean.",
    name="dgain-not-normalised",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    _, dbias = _gain_and_bias(dout, bnraw)
    return _dx(dout, bnraw, bngain, bnvar_inv), (dout * bnraw / bnvar_inv).sum(0, keepdim=True), dbias


@misconception(
    "dgain carries the gain itself. The derivative of bngain·bnraw with respect to bngain is bnraw alone.",
    name="dgain-with-gain",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dgain, dbias = _gain_and_bias(dout, bnraw)
    return _dx(dout, bnraw, bngain, bnvar_inv), bngain * dgain, dbias


@misconception(
    "dbias is a mean over the rows here. The bias is added to every row, so its gradient is the sum; the "
    "1/n of the loss is in dout already.",
    name="dbias-mean",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dgain, dbias = _gain_and_bias(dout, bnraw)
    return _dx(dout, bnraw, bngain, bnvar_inv), dgain, dbias / dout.shape[0]


@misconception(
    "dgain and dbias have lost an axis: (H,) is not (1, H). Sum over the rows with keepdim=True.",
    name="keepdim-lost",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dgain, dbias = _gain_and_bias(dout, bnraw)
    return _dx(dout, bnraw, bngain, bnvar_inv), dgain[0], dbias[0]


@misconception(
    "The sums run over the columns. Batch normalisation works on each column over the rows: sum over axis 0.",
    name="sums-over-columns",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = (dout * bnraw).sum(1, keepdim=True), dout.sum(1, keepdim=True)
    dx = bngain * bnvar_inv / n * (n * dout - dbias - n / (n - 1) * bnraw * dgain)
    return dx, dgain, dbias


@misconception(
    "dout *= bngain changes the caller's own dout, which dbias and dgain then see as well. "
    "Write dout * bngain, which makes a new tensor.",
    name="dout-modified",
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dout *= bngain
    return _dx(dout, bnraw, 1.0, bnvar_inv), *_gain_and_bias(dout, bnraw)


@misconception(
    "float() computes in single precision, half of the digits that float64 has: let all tensors keep their dtype.",
    name="float32-inside",
    violates=("matches_autograd",),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dx = _dx(dout.float(), bnraw.float(), bngain.float(), bnvar_inv.float())
    return dx.to(dout.dtype), *_gain_and_bias(dout, bnraw)


@misconception(
    "double() makes dx float64 whatever dout is: a gradient has the dtype of what it belongs to.",
    name="float64-returned",
    violates=("float32",),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    return _dx(dout.double(), bnraw, bngain, bnvar_inv), *_gain_and_bias(dout, bnraw)


@misconception(
    "bnraw *= dgain changes the bnraw that the forward pass has kept. Write bnraw * dgain, which makes a new tensor.",
    name="bnraw-modified",
    violates=("arguments_stay_as_they_are",),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    n = dout.shape[0]
    dgain, dbias = _gain_and_bias(dout, bnraw)
    bnraw *= n / (n - 1) * dgain
    return bngain * bnvar_inv / n * (n * dout - dbias - bnraw), dgain, dbias


@misconception(
    "dbias is the sum of dout. The bias is added to every row, so that neither bnraw nor any other input enters.",
    name="dbias-of-bnraw",
    violates=("matches_autograd",),
)
def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    dgain, _ = _gain_and_bias(dout, bnraw)
    return _dx(dout, bnraw, bngain, bnvar_inv), dgain, bnraw.sum(0, keepdim=True)
