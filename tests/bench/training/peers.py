"""The bench's trainings in Keras and PyTorch: the mathematics, weights and data of workloads.ts.

    python peers.py WORKLOAD ENGINE FILE

Reads parameters and inputs from FILE (safetensors, names "parameter/…" and "input/…"), prepares the step, and answers each
number N on standard input with one line of JSON: the milliseconds of N steps and the loss after each. The first line it prints
is {"ready": seconds of preparation}.
"""
import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "jax" if sys.argv[2:3] == ["keras-jax"] else "tensorflow"

import conditional_gan
import numpy as np
import stylegan2_peers
import tabular_peers

ADAM = dict(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
SLOPE = 0.2
HEADS, LAYERS = 4, 4


def read(path):
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    groups = {"parameter": {}, "input": {}}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = {"F32": np.float32, "I32": np.int32}[entry["dtype"]]
        group, _, key = name.partition("/")
        groups[group][key] = np.frombuffer(data[start:end], kind).reshape(entry["shape"]).copy()
    return groups["parameter"], groups["input"]


# ---- Keras: layers and optimisers of Keras 3, one tf.function or jax.jit per step ----


def keras_step(workload, parameters, inputs, xla, jax_backend=False):
    import keras
    from keras import layers, ops

    def adam(variables):
        optimizer = keras.optimizers.Adam(**ADAM)
        optimizer.build(variables)
        return optimizer

    def set_weights(model, names):
        model.set_weights([parameters[name] for name in names])

    def bce(labels, logits):  # of logits, mean
        return ops.mean(ops.maximum(logits, 0) - logits * labels + ops.log1p(ops.exp(-ops.abs(logits))))

    def leaky():
        return layers.LeakyReLU(SLOPE)

    if jax_backend:
        import jax

        def compile_step(models, optimizers, losses):
            """losses[i](call, inputs) is the loss whose gradient moves models[i]; call(i, x) applies a model."""

            def step(state, tensors):
                weights, slots = state
                total = 0.0
                for i, loss in enumerate(losses):

                    def loss_of(mine):
                        now = [mine if j == i else w for j, w in enumerate(weights)]
                        return loss(lambda j, x: models[j].stateless_call(now[j], fixed[j], x)[0], tensors)

                    value, gradients = jax.value_and_grad(loss_of)(weights[i])
                    moved, slot = optimizers[i].stateless_apply(slots[i], gradients, weights[i])
                    weights = [moved if j == i else w for j, w in enumerate(weights)]
                    slots = [slot if j == i else s for j, s in enumerate(slots)]
                    total = total + value
                return (weights, slots), total

            step = jax.jit(step, donate_argnums=0)
            fixed = [[v.value for v in model.non_trainable_variables] for model in models]
            state = (
                [[v.value for v in model.trainable_variables] for model in models],
                [[v.value for v in optimizer.variables] for optimizer in optimizers],
            )
            tensors = {name: ops.convert_to_tensor(value) for name, value in inputs.items()}

            def run():
                nonlocal state
                state, total = step(state, tensors)
                return float(total)

            return run
    else:
        import tensorflow as tf

        def compile_step(models, optimizers, losses):
            @tf.function(jit_compile=xla)
            def step(tensors):
                total = 0.0
                for model, optimizer, loss in zip(models, optimizers, losses):
                    with tf.GradientTape() as tape:
                        value = loss(lambda j, x: models[j](x), tensors)
                    gradients = tape.gradient(value, model.trainable_variables)
                    optimizer.apply(gradients, model.trainable_variables)
                    total += value
                return total

            tensors = {name: tf.constant(value) for name, value in inputs.items()}
            return lambda: float(step(tensors))

    def two_players(g, d):
        def loss_of_d(call, x):
            fake = ops.stop_gradient(call(1, x["z1"]))
            if "labels" in x:  # the lecture's: real and fake in one batch
                return bce(x["labels"], call(0, ops.concatenate([x["real"], fake])))
            return ops.mean(ops.softplus(-call(0, x["real"]))) + ops.mean(ops.softplus(call(0, fake)))

        def loss_of_g(call, x):
            return ops.mean(ops.softplus(-call(0, call(1, x["z2"]))))

        optimizers = [adam(d.trainable_variables), adam(g.trainable_variables)]
        return compile_step([d, g], optimizers, [loss_of_d, loss_of_g])

    def pix2pix(g, d):
        """As the authors' code has it: one forward pass of the generator for both steps."""
        optimizer_d, optimizer_g = adam(d.trainable_variables), adam(g.trainable_variables)

        @tf.function(jit_compile=xla)
        def step(tensors):
            lightness, truth = tensors["lightness"], tensors["truth"]
            judge = lambda colours: d(ops.concatenate([lightness, 4 * colours], 3))
            with tf.GradientTape() as tape:
                fake = g(lightness)
                with tape.stop_recording():
                    with tf.GradientTape() as tape_d:
                        real_loss, fake_loss = ops.mean(ops.softplus(-judge(truth))), ops.mean(ops.softplus(judge(fake)))
                        loss_d = 0.5 * (real_loss + fake_loss)
                    optimizer_d.apply(tape_d.gradient(loss_d, d.trainable_variables), d.trainable_variables)
                adversarial, l1 = ops.mean(ops.softplus(-judge(fake))), ops.mean(ops.abs(fake - truth))
                loss_g = adversarial + 100 * l1
            optimizer_g.apply(tape.gradient(loss_g, g.trainable_variables), g.trainable_variables)
            return loss_d + adversarial + l1

        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        return lambda: float(step(tensors))

    def classifier(model):
        def loss(call, x):
            logits = call(0, x["x"])
            return ops.mean(ops.sparse_categorical_crossentropy(x["y"], logits, from_logits=True))

        return compile_step([model], [adam(model.trainable_variables)], [loss])

    if workload == "gan":
        g = keras.Sequential([
            layers.Input((128,)), layers.Dense(6272), leaky(), layers.Reshape((7, 7, 128)),
            layers.Conv2DTranspose(128, 4, 2, "same"), leaky(), layers.Conv2DTranspose(128, 4, 2, "same"), leaky(),
            layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
        ])
        d = keras.Sequential([
            layers.Input((28, 28, 1)), layers.Conv2D(64, 3, 2, "same"), leaky(), layers.Conv2D(128, 3, 2, "same"), leaky(),
            layers.GlobalMaxPooling2D(), layers.Dense(1),
        ])
        set_weights(g, [f"g_{i}" for i in range(8)])
        set_weights(d, [f"d_{i}" for i in range(6)])
        return two_players(g, d)
    if workload == "dcgan":
        g = keras.Sequential([
            layers.Input((100,)), layers.Dense(6272, use_bias=False), leaky(), layers.Reshape((7, 7, 128)),
            layers.Conv2DTranspose(128, 4, 2, "same", use_bias=False), leaky(),
            layers.Conv2DTranspose(64, 4, 2, "same", use_bias=False), leaky(),
            layers.Conv2D(1, 5, padding="same", use_bias=False, activation="tanh"),
        ])
        d = keras.Sequential([
            layers.Input((28, 28, 1)), layers.Conv2D(64, 4, 2, "same", use_bias=False), leaky(),
            layers.Conv2D(128, 4, 2, "same", use_bias=False), leaky(), layers.Flatten(), layers.Dense(1, use_bias=False),
        ])
        set_weights(g, ["g_dense", "g_up1", "g_up2", "g_ink"])
        set_weights(d, ["d_conv1", "d_conv2", "d_dense"])
        return two_players(g, d)
    if workload == "pix2pix":
        norm = lambda: layers.LayerNormalization(epsilon=1e-5)
        doubled = lambda channels: layers.Conv2DTranspose(channels, 4, 2, "same", use_bias=False)
        lightness = layers.Input((64, 64, 1))
        down1 = leaky()(layers.Conv2D(32, 4, 2, "same", name="down1")(lightness))
        down2 = leaky()(norm()(layers.Conv2D(64, 4, 2, "same", use_bias=False)(down1)))
        down3 = leaky()(norm()(layers.Conv2D(96, 4, 2, "same", use_bias=False)(down2)))
        h = leaky()(layers.Conv2D(128, 4, 2, "same")(down3))
        for channels, skip in ((96, down3), (64, down2), (32, down1)):
            h = layers.Concatenate()([layers.ReLU()(norm()(doubled(channels)(h))), skip])
        g = keras.Model(lightness, layers.Conv2DTranspose(2, 4, 2, "same", activation="tanh")(h))
        pad = lambda: layers.ZeroPadding2D(1)
        d = keras.Sequential([
            layers.Input((64, 64, 3)), pad(), layers.Conv2D(32, 4, 2), leaky(),
            pad(), layers.Conv2D(64, 4, 2, use_bias=False), norm(), leaky(),
            pad(), layers.Conv2D(128, 4, 1, use_bias=False), norm(), leaky(), pad(), layers.Conv2D(1, 4),
        ])
        set_weights(g, [name for name in parameters if name[0] == "g"])
        set_weights(d, [name for name in parameters if name[0] == "d"])
        return pix2pix(g, d)
    if workload == "ring":
        def mlp(size, out):
            return keras.Sequential([layers.Input((size,)), layers.Dense(128, "relu"), layers.Dense(128, "relu"), layers.Dense(out)])
        g, d = mlp(16, 2), mlp(2, 1)
        for model, player in ((g, "g"), (d, "d")):
            set_weights(model, [f"{player}{i}{kind}" for i in (1, 2, 3) for kind in ("", "_bias")])
        return two_players(g, d)
    if workload == "char-rnn":
        # Keras is batch first.
        inputs["x"], inputs["y"] = inputs["x"].T.copy(), inputs["y"].T.copy()
        model = keras.Sequential([
            layers.Input((100,), dtype="int32"), layers.Embedding(65, 64),
            layers.LSTM(256, return_sequences=True, unit_forget_bias=False), layers.Dense(65),
        ])
        set_weights(model, ["embedding", "kernel", "recurrent", "bias", "out", "out_bias"])
        return classifier(model)
    if workload == "gpt":
        width = 128

        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.norm1, self.norm2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
                self.qkv, self.project = layers.Dense(3 * width, use_bias=False), layers.Dense(width, use_bias=False)
                self.up, self.down = layers.Dense(4 * width), layers.Dense(width)

            def call(self, h):
                batch, places = h.shape[0], h.shape[1]
                qkv = ops.reshape(self.qkv(self.norm1(h)), (batch, places, 3, HEADS, width // HEADS))
                q, k, v = qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2]
                seen = ops.nn.dot_product_attention(q, k, v, is_causal=True)
                h = h + self.project(ops.reshape(seen, h.shape))
                return h + self.down(ops.gelu(self.up(self.norm2(h)), approximate=False))

        class Gpt(keras.Model):
            def __init__(self):
                super().__init__()
                self.tokens, self.places = layers.Embedding(65, width), layers.Embedding(128, width)
                self.blocks = [Block() for _ in range(LAYERS)]
                self.norm, self.out = layers.LayerNormalization(epsilon=1e-5), layers.Dense(65, use_bias=False)

            def call(self, x):
                h = self.tokens(x) + self.places(ops.arange(x.shape[1]))
                for block in self.blocks:
                    h = block(h)
                return self.out(self.norm(h))

        model = Gpt()
        model(inputs["x"])
        model.tokens.set_weights([parameters["tokens"]])
        model.places.set_weights([parameters["places"]])
        for i, block in enumerate(model.blocks):
            p = {name: parameters[f"{i}_{name}"] for name in ("norm1_gain", "norm1_bias", "qkv", "project", "norm2_gain", "norm2_bias", "up", "up_bias", "down", "down_bias")}
            block.norm1.set_weights([p["norm1_gain"], p["norm1_bias"]])
            block.norm2.set_weights([p["norm2_gain"], p["norm2_bias"]])
            block.qkv.set_weights([p["qkv"]])
            block.project.set_weights([p["project"]])
            block.up.set_weights([p["up"], p["up_bias"]])
            block.down.set_weights([p["down"], p["down_bias"]])
        model.norm.set_weights([parameters["norm_gain"], parameters["norm_bias"]])
        model.out.set_weights([parameters["out"]])
        return classifier(model)
    raise SystemExit(f"unknown workload {workload}")


# ---- PyTorch: nn.functional on leaf tensors, fused Adam ----


def torch_step(workload, parameters, inputs, channels_last, compiled):
    import torch
    import torch.nn.functional as F

    def conv(name):  # (h, w, in, out) to (out, in, h, w); a transposed one has (h, w, out, in) to (in, out, h, w): the same order
        return np.ascontiguousarray(parameters[name].transpose(3, 2, 0, 1))

    p = {}
    for name, value in parameters.items():
        value = conv(name) if value.ndim == 4 else value
        tensor = torch.from_numpy(value.copy())
        if channels_last and value.ndim == 4:
            tensor = tensor.contiguous(memory_format=torch.channels_last)
        p[name] = tensor.requires_grad_()
    x = {name: torch.from_numpy(value.copy()) for name, value in inputs.items()}

    def adam(names):
        return torch.optim.Adam([p[name] for name in names], lr=1e-3, betas=(0.9, 0.999), eps=1e-7, fused=True)

    def maybe(f):
        return torch.compile(f) if compiled else f

    def two_players(generate, judge, g_names, d_names):
        adam_g, adam_d = adam(g_names), adam(d_names)
        real_loss = lambda logits: F.softplus(-logits).mean()
        fake_loss = lambda logits: F.softplus(logits).mean()
        real = x["real"].permute(0, 3, 1, 2) if x["real"].ndim == 4 else x["real"]
        if channels_last:
            real = real.contiguous(memory_format=torch.channels_last)

        def loss_of_d(real, fake):
            if "labels" in x:  # the lecture's: real and fake in one batch
                return F.binary_cross_entropy_with_logits(judge(torch.cat([real, fake])), x["labels"])
            return real_loss(judge(real)) + fake_loss(judge(fake))

        def loss_of_g(z):
            return real_loss(judge(generate(z)))

        loss_of_d, loss_of_g, generate_only = maybe(loss_of_d), maybe(loss_of_g), maybe(generate)
        d_parameters = [p[name] for name in d_names]

        def step():
            with torch.no_grad():
                fake = generate_only(x["z1"])
            adam_d.zero_grad()
            loss_d = loss_of_d(real, fake)
            loss_d.backward()
            adam_d.step()
            for parameter in d_parameters:  # else the generator's step would compute gradients nobody wants
                parameter.requires_grad_(False)
            adam_g.zero_grad()
            loss_g = loss_of_g(x["z2"])
            loss_g.backward()
            adam_g.step()
            for parameter in d_parameters:
                parameter.requires_grad_(True)
            return float(loss_d + loss_g)

        return step

    def classifier(logits_of):
        optimizer = adam(p)

        def loss_of(x, y):
            return F.cross_entropy(logits_of(x), y.flatten())

        loss_of = maybe(loss_of)
        tokens, labels = x["x"].long(), x["y"].long()

        def step():
            optimizer.zero_grad()
            loss = loss_of(tokens, labels)
            loss.backward()
            optimizer.step()
            return float(loss)

        return step

    if workload == "gan":
        def generate(z):
            h = F.leaky_relu(z @ p["g_0"] + p["g_1"], SLOPE).view(-1, 7, 7, 128).permute(0, 3, 1, 2)
            h = F.leaky_relu(F.conv_transpose2d(h, p["g_2"], p["g_3"], stride=2, padding=1), SLOPE)
            h = F.leaky_relu(F.conv_transpose2d(h, p["g_4"], p["g_5"], stride=2, padding=1), SLOPE)
            return torch.sigmoid(F.conv2d(h, p["g_6"], p["g_7"], padding=3))

        def judge(images):  # TensorFlow pads 28 and 14 to be halved by one row below and one column to the right
            h = F.leaky_relu(F.conv2d(F.pad(images, (0, 1, 0, 1)), p["d_0"], p["d_1"], stride=2), SLOPE)
            h = F.leaky_relu(F.conv2d(F.pad(h, (0, 1, 0, 1)), p["d_2"], p["d_3"], stride=2), SLOPE)
            return h.amax((2, 3)) @ p["d_4"] + p["d_5"]

        return two_players(generate, judge, [n for n in p if n[0] == "g"], [n for n in p if n[0] == "d"])
    if workload == "dcgan":
        def generate(z):
            h = F.leaky_relu(z @ p["g_dense"], SLOPE).view(-1, 7, 7, 128).permute(0, 3, 1, 2)
            h = F.leaky_relu(F.conv_transpose2d(h, p["g_up1"], stride=2, padding=1), SLOPE)
            h = F.leaky_relu(F.conv_transpose2d(h, p["g_up2"], stride=2, padding=1), SLOPE)
            return torch.tanh(F.conv2d(h, p["g_ink"], padding=2))

        def judge(images):
            h = F.leaky_relu(F.conv2d(images, p["d_conv1"], stride=2, padding=1), SLOPE)
            h = F.leaky_relu(F.conv2d(h, p["d_conv2"], stride=2, padding=1), SLOPE)
            return h.permute(0, 2, 3, 1).reshape(-1, 6272) @ p["d_dense"]

        return two_players(generate, judge, [n for n in p if n[0] == "g"], [n for n in p if n[0] == "d"])
    if workload == "pix2pix":
        def norm(h, name):
            return F.layer_norm(h.permute(0, 2, 3, 1), h.shape[1:2], p[f"{name}Norm_gamma"], p[f"{name}Norm_beta"]).permute(0, 3, 1, 2)

        def down(h, name):
            return F.conv2d(h, p[f"{name}_kernel"], p.get(f"{name}_bias"), stride=2, padding=1)

        def generate(lightness):
            skips = [F.leaky_relu(down(lightness, "g_down1"), SLOPE)]
            for name in ("g_down2", "g_down3"):
                skips.append(F.leaky_relu(norm(down(skips[-1], name), name), SLOPE))
            h = F.leaky_relu(down(skips[-1], "g_down4"), SLOPE)
            for name in ("g_up3", "g_up2", "g_up1"):
                up = F.conv_transpose2d(h, p[f"{name}_kernel"], stride=2, padding=1)
                h = torch.cat([F.relu(norm(up, name)), skips.pop()], 1)
            return torch.tanh(F.conv_transpose2d(h, p["g_colours_kernel"], p["g_colours_bias"], stride=2, padding=1))

        def judge(lightness, colours):
            h = F.leaky_relu(down(torch.cat([lightness, 4 * colours], 1), "d_judge1"), SLOPE)
            h = F.leaky_relu(norm(down(h, "d_judge2"), "d_judge2"), SLOPE)
            h = F.leaky_relu(norm(F.conv2d(h, p["d_judge3_kernel"], padding=1), "d_judge3"), SLOPE)
            return F.conv2d(h, p["d_verdict_kernel"], p["d_verdict_bias"], padding=1)

        def loss_of_d(lightness, truth, fake):
            return 0.5 * (F.softplus(-judge(lightness, truth)).mean() + F.softplus(judge(lightness, fake)).mean())

        def losses_of_g(lightness, truth, fake):
            return F.softplus(-judge(lightness, fake)).mean(), F.l1_loss(fake, truth)

        format = torch.channels_last if channels_last else torch.contiguous_format
        lightness, truth = (x[name].permute(0, 3, 1, 2).contiguous(memory_format=format) for name in ("lightness", "truth"))
        d_names = [n for n in p if n[0] == "d"]
        adam_g, adam_d = adam([n for n in p if n[0] == "g"]), adam(d_names)
        generate, loss_of_d, losses_of_g = maybe(generate), maybe(loss_of_d), maybe(losses_of_g)

        def step():  # as the authors' code has it: one forward pass of the generator for both
            fake = generate(lightness)
            adam_d.zero_grad()
            loss_d = loss_of_d(lightness, truth, fake.detach())
            loss_d.backward()
            adam_d.step()
            for name in d_names:
                p[name].requires_grad_(False)
            adam_g.zero_grad()
            adversarial, l1 = losses_of_g(lightness, truth, fake)
            (adversarial + 100 * l1).backward()
            adam_g.step()
            for name in d_names:
                p[name].requires_grad_(True)
            return float(loss_d + adversarial + l1)

        return step
    if workload == "ring":
        def network(player, h):
            for i in (1, 2, 3):
                h = F.linear(h, p[f"{player}{i}"].T, p[f"{player}{i}_bias"])
                h = F.relu(h) if i < 3 else h
            return h

        names = {player: [n for n in p if n[0] == player] for player in "gd"}
        return two_players(lambda z: network("g", z), lambda h: network("d", h), names["g"], names["d"])
    if workload == "char-rnn":
        rnn = torch.nn.LSTM(64, 256)
        with torch.no_grad():
            rnn.weight_ih_l0.copy_(p.pop("kernel").T)
            rnn.weight_hh_l0.copy_(p.pop("recurrent").T)
            rnn.bias_ih_l0.copy_(p.pop("bias"))
            rnn.bias_hh_l0.zero_()
        rnn.bias_hh_l0.requires_grad_(False)
        p.update({"kernel": rnn.weight_ih_l0, "recurrent": rnn.weight_hh_l0, "bias": rnn.bias_ih_l0})
        return classifier(lambda t: F.linear(rnn(F.embedding(t, p["embedding"]))[0], p["out"].T, p["out_bias"]).view(-1, 65))
    if workload == "gpt":
        width = 128

        def logits_of(t):
            h = p["tokens"][t] + p["places"]
            batch, places = t.shape
            for i in range(LAYERS):
                w = lambda name: p[f"{i}_{name}"]
                normed = F.layer_norm(h, (width,), w("norm1_gain"), w("norm1_bias"))
                q, k, v = (normed @ w("qkv")).view(batch, places, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
                seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
                h = h + seen.transpose(1, 2).reshape(batch, places, width) @ w("project")
                normed = F.layer_norm(h, (width,), w("norm2_gain"), w("norm2_bias"))
                h = h + F.gelu(normed @ w("up") + w("up_bias")) @ w("down") + w("down_bias")
            return (F.layer_norm(h, (width,), p["norm_gain"], p["norm_bias"]) @ p["out"]).view(-1, 65)

        return classifier(logits_of)
    if workload == "generation":
        # As ours: the GPT above, batch 1, 127 tokens drawn one by one with a cache of keys and values.
        width, context = 128, 128
        size = width // HEADS
        places = torch.arange(context)

        def next_token(token, at, keys, values):
            h = p["tokens"][token] + p["places"][at]
            for i in range(LAYERS):
                w = lambda name: p[f"{i}.{name}"]
                q, k, v = (F.layer_norm(h, (width,), w("norm1.gain"), w("norm1.bias")) @ w("qkv")).view(3, HEADS, 1, size)
                keys[i].index_copy_(1, at, k)
                values[i].index_copy_(1, at, v)
                seen = F.scaled_dot_product_attention(q, keys[i], values[i], attn_mask=(places <= at)[None, None])
                h = h + seen.reshape(1, width) @ w("project")
                up = F.gelu(F.layer_norm(h, (width,), w("norm2.gain"), w("norm2.bias")) @ w("up") + w("up.bias"))
                h = h + up @ w("down") + w("down.bias")
            logits = F.layer_norm(h, (width,), p["norm.gain"], p["norm.bias"]) @ p["out"]
            return torch.multinomial(logits.softmax(1)[0], 1)

        next_token = maybe(next_token)

        def step():
            with torch.inference_mode():
                keys, values = ([torch.zeros(HEADS, context, size) for _ in range(LAYERS)] for _ in range(2))
                token = torch.tensor([1])
                for at in range(127):
                    token = next_token(token, torch.tensor([at]), keys, values)
                    int(token)  # as ours, each token is given out
            return 0.0

        return step
    raise SystemExit(f"unknown workload {workload}")


ENGINES = {
    "keras": lambda *args: keras_step(*args, xla=False),
    "keras-xla": lambda *args: keras_step(*args, xla=True),
    "keras-jax": lambda *args: keras_step(*args, xla=True, jax_backend=True),
    "torch": lambda *args: torch_step(*args, channels_last=False, compiled=False),
    "torch-channels-last": lambda *args: torch_step(*args, channels_last=True, compiled=False),
    "torch-compile": lambda *args: torch_step(*args, channels_last=False, compiled=True),
}


# Those with a module of their own.
MODULES = {"cgan": conditional_gan, "stylegan2": stylegan2_peers, "tabular": tabular_peers}


def prepare(workload, engine, parameters, inputs):
    if workload not in MODULES:
        return ENGINES[engine](workload, parameters, inputs)
    module = MODULES[workload]
    if engine.startswith("keras"):
        return module.keras_step(parameters, inputs, xla=engine == "keras-xla")
    return module.torch_step(
        parameters, inputs, channels_last=engine == "torch-channels-last", compiled=engine == "torch-compile"
    )


def peak_megabytes():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    workload, engine, path = sys.argv[1:]
    started = time.perf_counter()
    step = prepare(workload, engine, *read(path))
    first = step()
    print(json.dumps({"ready": time.perf_counter() - started, "losses": [first]}), flush=True)
    for line in sys.stdin:
        losses = []
        started = time.perf_counter()
        for _ in range(int(line)):
            losses.append(step())
        milliseconds = (time.perf_counter() - started) * 1000
        print(json.dumps({"milliseconds": milliseconds, "losses": losses, "peak": peak_megabytes()}), flush=True)


main()
