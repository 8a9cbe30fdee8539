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
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np

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


# ---- Keras: layers and optimisers of Keras 3, one tf.function per step ----


def keras_step(workload, parameters, inputs, xla, jit_only=False):
    import keras
    import tensorflow as tf
    from keras import layers, ops

    def adam():
        return keras.optimizers.Adam(**ADAM)

    def set_weights(model, names):
        model.set_weights([parameters[name] for name in names])

    def real_loss(logits):
        return ops.mean(ops.softplus(-logits))

    def fake_loss(logits):
        return ops.mean(ops.softplus(logits))

    def leaky():
        return layers.LeakyReLU(SLOPE)

    def two_players(g, d):
        adam_g, adam_d = adam(), adam()
        adam_g.build(g.trainable_variables)
        adam_d.build(d.trainable_variables)
        real, z1, z2 = (tf.constant(inputs[name]) for name in ("real", "z1", "z2"))

        @tf.function(jit_compile=xla)
        def step(real, z1, z2):
            fake = g(z1)
            with tf.GradientTape() as tape:
                loss_d = real_loss(d(real)) + fake_loss(d(fake))
            adam_d.apply(tape.gradient(loss_d, d.trainable_variables), d.trainable_variables)
            with tf.GradientTape() as tape:
                loss_g = real_loss(d(g(z2)))
            adam_g.apply(tape.gradient(loss_g, g.trainable_variables), g.trainable_variables)
            return loss_d + loss_g

        return lambda: float(step(real, z1, z2))

    def classifier(model):
        optimizer = adam()
        optimizer.build(model.trainable_variables)
        x, y = tf.constant(inputs["x"]), tf.constant(inputs["y"])

        @tf.function(jit_compile=xla)
        def step(x, y):
            with tf.GradientTape() as tape:
                logits = model(x)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            return loss

        return lambda: float(step(x, y))

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
    "torch": lambda *args: torch_step(*args, channels_last=False, compiled=False),
    "torch-channels-last": lambda *args: torch_step(*args, channels_last=True, compiled=False),
    "torch-compile": lambda *args: torch_step(*args, channels_last=False, compiled=True),
}


def peak_megabytes():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    workload, engine, path = sys.argv[1:]
    started = time.perf_counter()
    step = ENGINES[engine](workload, *read(path))
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
