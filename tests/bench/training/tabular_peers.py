"""The tabular WGAN-GP in PyTorch and Keras: the mathematics, weights and data of tabular.ts.

Column by column as in CTGAN's code: each block of the generator's numbers gets a softmax of its own, and a tanh for the place in the mode.
"""

SLOPE, TEMPERATURE, PENALTY, EPSILON = 0.2, 0.3, 10.0, 1e-5
RATE, BETAS, ADAM_EPSILON = 5e-4, (0.5, 0.9), 1e-7
SMALLEST_SQUARE = 1e-12


def dense(x, p, name):
    return x @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def torch_step(parameters, inputs, channels_last, compiled):
    import torch
    import torch.nn.functional as F

    blocks = inputs["blocks"].tolist()
    p = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in parameters.items()}
    x = {name: torch.from_numpy(value.copy()) for name, value in inputs.items() if name != "blocks"}
    of = {who: [value for name, value in p.items() if name.startswith(f"{who}.")] for who in "gc"}

    def generate(z, noise):
        h = z
        for i in range(2):
            name = f"g.hidden{i}"
            normed = F.layer_norm(dense(h, p, name), (128,), p[f"{name}.norm.gain"], p[f"{name}.norm.bias"], EPSILON)
            h = torch.cat([h, F.relu(normed)], 1)
        logits = dense(h, p, "g.out")
        soft = (logits + noise) / TEMPERATURE
        parts = [soft[:, start : start + classes].softmax(1) for start, classes, _, _ in blocks]
        columns = []
        for (_, _, scalar, gate), part in zip(blocks, parts):
            column = part if scalar < 0 else torch.cat([part, logits[:, scalar : scalar + 1].tanh()], 1)
            columns.append(column if gate < 0 else column * (1 - parts[gate][:, :1]))
        return torch.cat(columns, 1)

    def critic(h):
        for i in range(2):
            h = F.leaky_relu(dense(h, p, f"c.layer{i}"), SLOPE)
        return dense(h, p, "c.layer2")

    def loss_of_c(real, fake, mixing):
        mixed = fake + (real - fake) * mixing
        if compiled:  # which has no gradient of a gradient, but traces torch.func's
            slopes = torch.func.grad(lambda rows: critic(rows).sum())(mixed)
        else:
            mixed.requires_grad_()
            (slopes,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        penalties = ((slopes.square().sum(1) + SMALLEST_SQUARE).sqrt() - 1).square()
        return (PENALTY * penalties - (critic(real) - critic(fake))[:, 0]).mean()

    def loss_of_g(z, noise):
        return -critic(generate(z, noise)).mean()

    generate_only = generate
    if compiled:
        loss_of_c, loss_of_g, generate_only = map(torch.compile, (loss_of_c, loss_of_g, generate_only))
    adam = {who: torch.optim.Adam(of[who], lr=RATE, betas=BETAS, eps=ADAM_EPSILON, fused=True) for who in "gc"}

    def minimise(who, loss):
        gradients = torch.autograd.grad(loss, of[who], allow_unused=True, materialize_grads=True)
        for parameter, gradient in zip(of[who], gradients):
            parameter.grad = gradient
        adam[who].step()
        return loss.detach()

    def step():
        with torch.no_grad():
            fake = generate_only(x["z1"], x["gumbel1"])
        loss_c = minimise("c", loss_of_c(x["real"], fake, x["mixing"]))
        for parameter in of["c"]:
            parameter.requires_grad_(False)
        loss_g = minimise("g", loss_of_g(x["z2"], x["gumbel2"]))
        for parameter in of["c"]:
            parameter.requires_grad_(True)
        return float(loss_c + loss_g)

    return step


def keras_step(parameters, inputs, xla):
    import keras
    import tensorflow as tf
    from keras import ops

    blocks = inputs["blocks"].tolist()
    p = {name: keras.Variable(value, name=name.replace(".", "_")) for name, value in parameters.items()}
    x = {name: tf.constant(value) for name, value in inputs.items()}
    of = {who: [value for name, value in p.items() if name.startswith(f"{who}.")] for who in "gc"}

    def generate(z, noise):
        h = z
        for i in range(2):
            name = f"g.hidden{i}"
            y = dense(h, p, name)
            centred = y - ops.mean(y, 1, keepdims=True)
            normed = centred * ops.rsqrt(ops.mean(ops.square(centred), 1, keepdims=True) + EPSILON)
            h = ops.concatenate([h, ops.relu(normed * p[f"{name}.norm.gain"] + p[f"{name}.norm.bias"])], 1)
        logits = dense(h, p, "g.out")
        soft = (logits + noise) / TEMPERATURE
        parts = [ops.softmax(soft[:, start : start + classes]) for start, classes, _, _ in blocks]
        columns = []
        for (_, _, scalar, gate), part in zip(blocks, parts):
            column = part if scalar < 0 else ops.concatenate([part, ops.tanh(logits[:, scalar : scalar + 1])], 1)
            columns.append(column if gate < 0 else column * (1 - parts[gate][:, :1]))
        return ops.concatenate(columns, 1)

    def critic(h):
        for i in range(2):
            h = ops.leaky_relu(dense(h, p, f"c.layer{i}"), SLOPE)
        return dense(h, p, "c.layer2")

    options = dict(learning_rate=RATE, beta_1=BETAS[0], beta_2=BETAS[1], epsilon=ADAM_EPSILON)
    adam = {who: keras.optimizers.Adam(**options) for who in "gc"}
    for who in "gc":
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
        fake = generate(x["z1"], x["gumbel1"])
        mixed = fake + (x["real"] - fake) * x["mixing"]

        def loss_of_c():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(mixed)
                total = ops.sum(critic(mixed))
            slopes = tape.gradient(total, mixed)
            penalties = ops.square(ops.sqrt(ops.sum(ops.square(slopes), 1) + SMALLEST_SQUARE) - 1)
            return ops.mean(PENALTY * penalties - (critic(x["real"]) - critic(fake))[:, 0])

        return minimise("c", loss_of_c) + minimise("g", lambda: -ops.mean(critic(generate(x["z2"], x["gumbel2"]))))

    return lambda: float(step(x))
