"""StyleGAN2 in PyTorch and Keras: the mathematics, weights and data of stylegan2.ts.

Modulated convolutions scale the activations before and after one shared kernel, as the authors' code does in training ("fused_modconv"
off). Smoothing, doubling and halving are products with small matrices, as ours: in PyTorch a depthwise convolution took as long with
channels first (3.1 s a step beside 3.3 s), and four times as long with channels last.
"""

import math

import numpy as np

SLOPE, GAIN, MAPPING_RATE = 0.2, math.sqrt(2), 0.01
RATE, BETAS, EPSILON = 0.00025, (0.0, 0.99), 1e-8


def r1_weight(resolution):
    return 0.0002 * resolution**2 / 32 / 2


def is_trained(name, player):
    return name.startswith(f"{player}.") and not name.endswith((".noise", ".average"))


def filter_matrix(size, up=1, down=1, before=0, after=0):
    """One axis of upfirdn2d as a matrix (output, input), times `up`."""
    taps = np.array([1, 3, 3, 1], np.float32) / 8
    rows = (size * up + before + after - 4) // down + 1
    matrix = np.zeros((rows, size), np.float32)
    for row in range(rows):
        for tap, weight in enumerate(taps):
            place = row * down + tap - before
            if 0 <= place < size * up and place % up == 0:
                matrix[row, place // up] += weight * up
    return matrix


UP, DOWN = dict(up=2, before=2, after=1), dict(down=2, before=1, after=1)
AFTER_DOUBLING, BEFORE_HALVING = dict(before=1, after=1), dict(before=2, after=2)


class Networks:
    """Both networks in terms of the few operations in which the engines differ: `e`."""

    def __init__(self, e, p, resolution):
        self.e, self.p = e, p
        self.sides = [4 * 2**i for i in range(int(math.log2(resolution)) - 1)]

    def dense(self, x, name, rate=1.0):
        kernel = self.p[f"{name}.kernel"]
        return x @ (kernel * (rate / math.sqrt(kernel.shape[0]))) + self.p[f"{name}.bias"] * rate

    def kernel(self, name, gain=1.0):
        kernel = self.p[f"{name}.kernel"]
        return kernel * (gain / math.sqrt(self.e.fan_in(kernel)))

    def mapping(self, player, z, y):
        parts = [self.dense(y, f"{player}.mapping.label")]
        parts = [self.e.unit(part) for part in ([z] if z is not None else []) + parts]
        x = self.e.concat(parts, 1) if len(parts) > 1 else parts[0]
        for i in range(2):
            x = self.e.lrelu(self.dense(x, f"{player}.mapping.{i}", MAPPING_RATE) * GAIN)
        return x

    def modulated(self, x, name, w, up=False, demodulate=True):
        e = self.e
        kernel = self.kernel(name)
        style = self.dense(w, f"{name}.style")
        scaled = x * e.across_pixels(style)
        if up:
            y = e.resample(e.conv_doubling(scaled, kernel), **AFTER_DOUBLING) * 4
        else:
            y = e.conv(scaled, kernel)
        if not demodulate:
            return y
        return y * e.across_pixels(e.rsqrt((style * style) @ e.squares(kernel) + 1e-8) * GAIN)

    def generate(self, z, y):
        e, p = self.e, self.p
        w = self.mapping("g", z, y)
        x = e.repeat(p["g.constant"], z.shape[0])
        image = None

        def styled(name, x, up):
            h = self.modulated(x, name, w, up)
            noise = e.plane(p[f"{name}.noise"]) * (p[f"{name}.noiseStrength"] * GAIN)
            return e.lrelu(h + noise + e.per_channel(p[f"{name}.bias"] * GAIN))

        for side in self.sides:
            if side > 4:
                x = styled(f"g.{side}.first", x, True)
            x = styled(f"g.{side}.second", x, False)
            name = f"g.{side}.colour"
            colour = self.modulated(x, name, w, demodulate=False) + e.per_channel(p[f"{name}.bias"])
            image = colour if image is None else e.resample(image, **UP) + colour
        return image

    def convolve(self, x, name):
        return self.e.lrelu(self.e.conv(x, self.kernel(name, GAIN)) + self.e.per_channel(self.p[f"{name}.bias"] * GAIN))

    def judge(self, images, y):
        e, p = self.e, self.p
        x = self.convolve(images, "d.colours")
        for side in reversed(self.sides[1:]):
            name = f"d.{side}"
            skip = e.conv(e.resample(x, **DOWN), self.kernel(f"{name}.skip", math.sqrt(0.5)))
            x = e.resample(self.convolve(x, f"{name}.first"), **BEFORE_HALVING)
            h = e.conv_halving(x, self.kernel(f"{name}.second")) + e.per_channel(p[f"{name}.second.bias"])
            x = e.lrelu(h) + skip
        x = self.convolve(e.with_variation(x), "d.last")
        features = e.lrelu(self.dense(e.flatten(x), "d.dense") * GAIN)
        verdict = self.dense(features, "d.verdict") * self.mapping("d", None, y)
        return e.sum_rows(verdict) / math.sqrt(verdict.shape[1])


class Torch:
    """Channels first; kernels (outputs, inputs, y, x)."""

    def __init__(self, channels_last):
        import torch
        import torch.nn.functional as F

        self.torch, self.F = torch, F
        self.layout = dict(memory_format=torch.channels_last) if channels_last else {}
        self.matrices = {}
        self.concat, self.rsqrt = torch.cat, torch.rsqrt

    def parameter(self, name, value):
        tensor = self.torch.from_numpy(value.copy())
        if value.ndim == 4:
            tensor = tensor.permute(3, 2, 0, 1).contiguous(**self.layout)
        if name == "g.constant":
            tensor = tensor.permute(2, 0, 1).contiguous()
        return tensor

    def images(self, value):
        return self.torch.from_numpy(value.copy()).permute(0, 3, 1, 2).contiguous(**self.layout)

    def fan_in(self, kernel):
        return kernel[0].numel()

    def unit(self, x):
        return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()

    def lrelu(self, x):
        return self.F.leaky_relu(x, SLOPE)

    def across_pixels(self, x):
        return x[:, :, None, None]

    def per_channel(self, x):
        return x[:, None, None]

    def plane(self, x):
        return x

    def squares(self, kernel):
        return kernel.square().sum((2, 3)).T

    def sum_rows(self, x):
        return x.sum(1)

    def repeat(self, x, count):
        return x.expand(count, *x.shape).contiguous(**self.layout)

    def conv(self, x, kernel):
        return self.F.conv2d(x, kernel, padding=kernel.shape[-1] // 2)

    def conv_halving(self, x, kernel):
        return self.F.conv2d(x, kernel, stride=2)

    def conv_doubling(self, x, kernel):
        return self.F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2)

    def resample(self, x, **change):
        size = x.shape[2]
        key = (size, *change.items())
        if key not in self.matrices:
            self.matrices[key] = self.torch.from_numpy(filter_matrix(size, **change))
        return self.matrices[key] @ (x @ self.matrices[key].T)

    def with_variation(self, x):
        groups = x.reshape(-1, 4, *x.shape[1:])
        deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        plane = deviation.repeat_interleave(4)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        return self.torch.cat([x, plane], 1)

    def flatten(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def torch_step(parameters, inputs, channels_last, compiled):
    import torch
    import torch.nn.functional as F

    count, resolution = inputs["real"].shape[:2]
    e = Torch(channels_last)
    p = {name: e.parameter(name, value) for name, value in parameters.items()}
    of = {who: [value.requires_grad_() for name, value in p.items() if is_trained(name, who)] for who in "gd"}
    networks = Networks(e, p, resolution)
    x = {name: torch.from_numpy(value.copy()) for name, value in inputs.items() if name != "real"}
    real = e.images(inputs["real"])
    labels = torch.cat([x["y"], x["y1"]])
    weight = r1_weight(resolution)

    def loss_of_d(both, labels):
        logits = networks.judge(both, labels)
        return F.softplus(-logits[:count]).mean() + F.softplus(logits[count:]).mean()

    def penalty_of(real, y):
        at = real.detach().requires_grad_()
        (slopes,) = torch.autograd.grad(networks.judge(at, y).sum(), at, create_graph=True)
        return slopes.square().sum((1, 2, 3)).mean() * weight

    def loss_of_g(z, y):
        return F.softplus(-networks.judge(networks.generate(z, y), y)).mean()

    generate_only = networks.generate
    if compiled:
        with torch.no_grad():  # makes the matrices, which a recording should find there
            networks.judge(generate_only(x["z1"], x["y1"]), x["y1"])
        # Not the penalty: torch.compile has no gradient of a gradient.
        loss_of_d, loss_of_g, generate_only = map(torch.compile, (loss_of_d, loss_of_g, generate_only))
    adam = {who: torch.optim.Adam(of[who], lr=RATE, betas=BETAS, eps=EPSILON, fused=True) for who in "gd"}

    def minimise(who, loss):
        # Of the other player's weights no gradients are computed; of those that have none, zeros keep Adam's count.
        gradients = torch.autograd.grad(loss, of[who], allow_unused=True, materialize_grads=True)
        for parameter, gradient in zip(of[who], gradients):
            parameter.grad = gradient
        adam[who].step()
        return loss.detach()

    def step():
        with torch.no_grad():
            fake = generate_only(x["z1"], x["y1"])
        loss_d = minimise("d", loss_of_d(torch.cat([real, fake]), labels))
        penalty = minimise("d", penalty_of(real, x["y"]))
        for parameter in of["d"]:
            parameter.requires_grad_(False)
        loss_g = minimise("g", loss_of_g(x["z2"], x["y2"]))
        for parameter in of["d"]:
            parameter.requires_grad_(True)
        return float(loss_d + penalty + loss_g)

    return step


class TensorFlow:
    """Channels last; kernels (y, x, inputs, outputs)."""

    def __init__(self):
        from keras import ops

        self.ops = ops
        self.concat, self.rsqrt = ops.concatenate, ops.rsqrt

    def fan_in(self, kernel):
        return math.prod(kernel.shape[:3])

    def unit(self, x):
        return x * self.ops.rsqrt(self.ops.mean(self.ops.square(x), 1, keepdims=True) + 1e-8)

    def lrelu(self, x):
        return self.ops.leaky_relu(x, SLOPE)

    def across_pixels(self, x):
        return x[:, None, None, :]

    def per_channel(self, x):
        return x

    def plane(self, x):
        return self.ops.expand_dims(x, -1)

    def squares(self, kernel):
        return self.ops.sum(self.ops.square(kernel), (0, 1))

    def sum_rows(self, x):
        return self.ops.sum(x, 1)

    def repeat(self, x, count):
        return self.ops.tile(self.ops.expand_dims(x, 0), (count, 1, 1, 1))

    def conv(self, x, kernel):
        return self.ops.conv(x, kernel, 1, "same")

    def conv_halving(self, x, kernel):
        return self.ops.conv(x, kernel, 2, "valid")

    def conv_doubling(self, x, kernel):
        return self.ops.conv_transpose(x, self.ops.transpose(kernel, (0, 1, 3, 2)), 2, "valid")

    def resample(self, x, **change):
        batch, size, _, channels = x.shape
        matrix = self.ops.convert_to_tensor(filter_matrix(size, **change))
        rows = matrix.shape[0]
        lines = self.ops.matmul(matrix, self.ops.reshape(x, (batch, size, size * channels)))
        return self.ops.matmul(matrix, self.ops.reshape(lines, (batch, rows, size, channels)))

    def with_variation(self, x):
        ops = self.ops
        batch, side, _, channels = x.shape
        groups = ops.reshape(x, (batch // 4, 4, side * side * channels))
        deviation = ops.mean(ops.sqrt(ops.var(groups, 1) + 1e-8), 1)
        planes = ops.tile(ops.reshape(deviation, (batch // 4, 1, 1)), (1, 4, side * side))
        return ops.concatenate([x, ops.reshape(planes, (batch, side, side, 1))], 3)

    def flatten(self, x):
        return self.ops.reshape(x, (x.shape[0], -1))


def keras_step(parameters, inputs, xla):
    import keras
    import tensorflow as tf
    from keras import ops

    p = {name: keras.Variable(value, name=name.replace(".", "_")) for name, value in parameters.items()}
    x = {name: tf.constant(value) for name, value in inputs.items()}
    count, resolution = x["real"].shape[:2]
    networks = Networks(TensorFlow(), p, resolution)
    weight = r1_weight(resolution)
    of = {who: [value for name, value in p.items() if is_trained(name, who)] for who in "gd"}
    options = dict(learning_rate=RATE, beta_1=BETAS[0], beta_2=BETAS[1], epsilon=EPSILON)
    adam = {who: keras.optimizers.Adam(**options) for who in "gd"}
    for who in "gd":
        adam[who].build(of[who])

    def minimise(who, loss_of):
        values = [variable.value for variable in of[who]]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            loss = loss_of()
        adam[who].apply(tape.gradient(loss, values, unconnected_gradients="zero"), of[who])
        return loss

    @tf.function(jit_compile=xla)
    def step(x):
        both = ops.concatenate([x["real"], networks.generate(x["z1"], x["y1"])], 0)
        labels = ops.concatenate([x["y"], x["y1"]], 0)

        def loss_of_d():
            logits = networks.judge(both, labels)
            return ops.mean(ops.softplus(-logits[:count])) + ops.mean(ops.softplus(logits[count:]))

        def penalty():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x["real"])
                total = ops.sum(networks.judge(x["real"], x["y"]))
            return ops.mean(ops.sum(ops.square(tape.gradient(total, x["real"])), (1, 2, 3))) * weight

        def loss_of_g():
            return ops.mean(ops.softplus(-networks.judge(networks.generate(x["z2"], x["y2"]), x["y2"])))

        return minimise("d", loss_of_d) + minimise("d", penalty) + minimise("g", loss_of_g)

    return lambda: float(step(x))
