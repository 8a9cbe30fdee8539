"""The conditional GAN of the hurricane photographs in PyTorch and Keras: the mathematics, weights and data of conditional-gan.ts.

Channels come from the weights' shapes. Each step: one power iteration for every normalised kernel, the discriminator's hinge
loss on real images and fakes in one batch, Adam, the generator's hinge loss, Adam.
"""

SLOPE, GAIN = 0.2, 2**0.5
LAYERS = {"halve32": 2, "look16": 1, "halve16": 2, "look8": 1, "halve8": 2, "look4": 1}
NORMALISED = [*LAYERS, "real", "classes"]


def torch_step(parameters, inputs, channels_last, compiled):
    import torch
    import torch.nn.functional as F

    layout = dict(memory_format=torch.channels_last) if channels_last else {}
    p, state = {}, {}
    for name, value in parameters.items():
        tensor = torch.from_numpy(value.copy())
        if name.startswith("state."):
            kernel = parameters["d." + name.split(".")[1]]
            if name.endswith("left") and kernel.ndim == 4:  # (y, x, in) as PyTorch's kernels have it
                tensor = tensor.reshape(kernel.shape[:3]).permute(2, 0, 1).flatten()
            state[name[6:]] = tensor
            continue
        if tensor.ndim == 4:  # a convolution's (y, x, in, out), a transposed one's (y, x, out, in)
            tensor = tensor.permute(3, 2, 0, 1).contiguous(**layout)
        p[name] = tensor.requires_grad_()
    x = {name: torch.from_numpy(value.copy()) for name, value in inputs.items()}
    x |= {name: x[name].long() for name in ("y", "y1", "y2")}
    real = x["real"].permute(0, 3, 1, 2).contiguous(**layout)
    count = len(real)

    def modulate(h, c, i):
        normed = F.layer_norm(h.permute(0, 2, 3, 1), (h.shape[1],)).permute(0, 3, 1, 2)
        gain, bias = (c @ p[f"g.modulation{i}"] + p[f"g.modulation{i}.bias"])[:, :, None, None].chunk(2, dim=1)
        return F.leaky_relu(normed * (gain + 1) + bias, SLOPE)

    def generate(z, y):
        c = torch.cat([z, p["g.classes"][y]], 1)
        h = (c @ p["g.plan"]).view(count, 4, 4, -1).permute(0, 3, 1, 2)
        for i in range(3):
            h = F.conv_transpose2d(modulate(h, c, i), p[f"g.doubling{i}"], stride=2, padding=1)
        return torch.sigmoid(F.conv2d(modulate(h, c, 3), p["g.colour"], p["g.colour.bias"], padding=1))

    def matrix(name):
        kernel = p[f"d.{name}"]
        return kernel.reshape(len(kernel), -1) if kernel.ndim == 4 else kernel.T  # (out, rest)

    def iterate():
        with torch.no_grad():
            for name in NORMALISED:
                w = matrix(name)
                state[f"{name}.right"] = F.normalize(w @ state[f"{name}.left"], dim=0)
                state[f"{name}.left"] = F.normalize(w.T @ state[f"{name}.right"], dim=0)

    def kernel(name):
        return p[f"d.{name}"] / (state[f"{name}.right"] @ (matrix(name) @ state[f"{name}.left"]))

    def judge(images, y):
        h = images * 2 - 1
        for name, stride in LAYERS.items():
            h = F.leaky_relu(F.conv2d(h, kernel(name), p[f"d.{name}.bias"], stride=stride, padding=1), SLOPE) * GAIN
        features = h.sum((2, 3))
        return features @ kernel("real") + p["d.real.bias"] + (features @ kernel("classes")).gather(1, y[:, None])

    def loss_of_d(images, y):
        logits = judge(images, y)
        return F.relu(1 - logits[:count]).mean() + F.relu(1 + logits[count:]).mean()

    def loss_of_g(z, y):
        return -judge(generate(z, y), y).mean()

    if compiled:
        loss_of_d, loss_of_g, generate_only = map(torch.compile, (loss_of_d, loss_of_g, generate))
    else:
        generate_only = generate
    of = {who: [value for name, value in p.items() if name.startswith(f"{who}.")] for who in "gd"}
    adam = {who: torch.optim.Adam(of[who], lr=1e-3, betas=(0.9, 0.999), eps=1e-7, fused=True) for who in "gd"}
    labels = torch.cat([x["y"], x["y1"]])

    def step():
        iterate()
        with torch.no_grad():
            fake = generate_only(x["z1"], x["y1"])
        adam["d"].zero_grad()
        loss_d = loss_of_d(torch.cat([real, fake]), labels)
        loss_d.backward()
        adam["d"].step()
        for parameter in of["d"]:  # else the generator's step would compute gradients nobody wants
            parameter.requires_grad_(False)
        adam["g"].zero_grad()
        loss_g = loss_of_g(x["z2"], x["y2"])
        loss_g.backward()
        adam["g"].step()
        for parameter in of["d"]:
            parameter.requires_grad_(True)
        return float(loss_d + loss_g)

    return step


def keras_step(parameters, inputs, xla):
    import keras
    import tensorflow as tf
    from keras import ops

    p = {name: keras.Variable(value, name=name.replace(".", "_")) for name, value in parameters.items()}
    x = {name: tf.constant(value) for name, value in inputs.items()}
    count = x["real"].shape[0]

    def modulate(h, c, i):
        centred = h - ops.mean(h, -1, keepdims=True)
        normed = centred * ops.rsqrt(ops.mean(ops.square(centred), -1, keepdims=True) + 1e-5)
        both = (c @ p[f"g.modulation{i}"] + p[f"g.modulation{i}.bias"])[:, None, None, :]
        gain, bias = ops.split(both, 2, -1)
        return ops.leaky_relu(normed * (gain + 1) + bias, SLOPE)

    def generate(z, y):
        c = ops.concatenate([z, ops.take(p["g.classes"], y, 0)], 1)
        h = ops.reshape(c @ p["g.plan"], (count, 4, 4, -1))
        for i in range(3):
            h = ops.conv_transpose(modulate(h, c, i), p[f"g.doubling{i}"], 2, "same")
        return ops.sigmoid(ops.conv(modulate(h, c, 3), p["g.colour"], 1, "same") + p["g.colour.bias"])

    def matrix(name):
        return ops.reshape(p[f"d.{name}"], (-1, p[f"d.{name}"].shape[-1]))

    def iterate():
        for name in NORMALISED:
            left, right = p[f"state.{name}.left"], p[f"state.{name}.right"]
            right.assign(ops.normalize(ops.matmul(left, matrix(name))))
            left.assign(ops.normalize(ops.matmul(matrix(name), right)))

    def kernel(name):
        left, right = p[f"state.{name}.left"], p[f"state.{name}.right"]
        return p[f"d.{name}"] / ops.sum(left * ops.matmul(matrix(name), right))

    def judge(images, y):
        h = images * 2 - 1
        for name, stride in LAYERS.items():
            h = ops.leaky_relu(ops.conv(h, kernel(name), stride, "same") + p[f"d.{name}.bias"], SLOPE) * GAIN
        features = ops.sum(h, (1, 2))
        chosen = ops.one_hot(y, p["d.classes"].shape[-1])
        of_class = ops.sum(ops.matmul(features, kernel("classes")) * chosen, 1, keepdims=True)
        return ops.matmul(features, kernel("real")) + p["d.real.bias"] + of_class

    of = {who: [value for name, value in p.items() if name.startswith(f"{who}.")] for who in "gd"}
    adam = {who: keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7) for who in "gd"}
    for who in "gd":
        adam[who].build(of[who])

    def minimise(who, loss_of):
        variables = of[who]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in variables:
                tape.watch(variable.value)
            loss = loss_of()
        adam[who].apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return loss

    @tf.function(jit_compile=xla)
    def step(x):
        iterate()
        images = ops.concatenate([x["real"], generate(x["z1"], x["y1"])], 0)
        labels = ops.concatenate([x["y"], x["y1"]], 0)

        def loss_of_d():
            logits = judge(images, labels)
            return ops.mean(ops.relu(1 - logits[:count])) + ops.mean(ops.relu(1 + logits[count:]))

        loss_d = minimise("d", loss_of_d)
        return loss_d + minimise("g", lambda: -ops.mean(judge(generate(x["z2"], x["y2"]), x["y2"])))

    return lambda: float(step(x))
