"""Computes networks.json: forward passes of ResNet-18, a small DenseNet and a small WideResNet, written down from their papers in plain Python.

No library takes part, so that the backbones are checked against something that shares nothing with them. Run it by
`python3 networks.py > networks.json`; it takes about a minute. The statistics are, for the stem and each stage in turn, the mean of each feature map and then the
standard deviation of each.

The rule: parameter l in the order of the list has at place i of its row-major values sin(frequency * i + l); of convolutions and linear layers times
amplitude / sqrt(inputs), of batch norms' weights 1 + 0.3 times that, of biases 0.3 times that. Running means are 0.05, running variances 1.2.
The input is sin(0.011 * i + 0.5), [2, 3, side, side], as the normalised images.
"""
import json
import math
from operator import mul

FREQUENCY, AMPLITUDE, MEAN, VARIANCE, EPSILON = 1.234, 2.0, 0.05, 1.2, 1e-5
CLASSES = 5


class Network:
    def __init__(self):
        self.parameters = []

    def values(self, name, shape, scale, offset=0.0):
        number = len(self.parameters)
        self.parameters.append([name, shape])
        count = math.prod(shape)
        return [offset + scale * math.sin(FREQUENCY * i + number) for i in range(count)]

    def convolution(self, name, inputs, outputs, kernel, stride=1):
        size = inputs * kernel * kernel
        weight = self.values(name + ".weight", [outputs, inputs, kernel, kernel], AMPLITUDE / math.sqrt(size))
        rows = [weight[f * size:(f + 1) * size] for f in range(outputs)]
        return lambda maps: convolve(maps, rows, kernel, stride)

    def norm(self, name, features):
        gamma = self.values(name + ".weight", [features], 0.3, 1.0)
        beta = self.values(name + ".bias", [features], 0.3)
        factor = [g / math.sqrt(VARIANCE + EPSILON) for g in gamma]
        return lambda maps: [[[(v - MEAN) * factor[c] + beta[c] for v in row] for row in m] for c, m in enumerate(maps)]

    def linear(self, name, inputs, outputs):
        weight = self.values(name + ".weight", [outputs, inputs], AMPLITUDE / math.sqrt(inputs))
        bias = self.values(name + ".bias", [outputs], 0.3)
        return lambda z: [sum(map(mul, weight[f * inputs:(f + 1) * inputs], z)) + bias[f] for f in range(outputs)]


def convolve(maps, rows, kernel, stride):
    pad = kernel // 2
    height, width = len(maps[0]), len(maps[0][0])
    padded = [[[0.0] * (width + 2 * pad)] * pad + [[0.0] * pad + row + [0.0] * pad for row in m] + [[0.0] * (width + 2 * pad)] * pad for m in maps]
    above, across = (height - 1) // stride + 1, (width - 1) // stride + 1
    out = [[[0.0] * across for _ in range(above)] for _ in rows]
    for y in range(above):
        for x in range(across):
            patch = [v for m in padded for row in m[y * stride:y * stride + kernel] for v in row[x * stride:x * stride + kernel]]
            for f, weights in enumerate(rows):
                out[f][y][x] = sum(map(mul, weights, patch))
    return out


def relu(maps):
    return [[[max(v, 0.0) for v in row] for row in m] for m in maps]


def add(a, b):
    return [[[x + y for x, y in zip(r, s)] for r, s in zip(m, n)] for m, n in zip(a, b)]


def max_pool(maps):
    """3×3, stride 2, padding 1."""
    out = []
    for m in maps:
        height, width = len(m), len(m[0])
        out.append([[max(m[v][u] for v in range(max(0, y - 1), min(height, y + 2)) for u in range(max(0, x - 1), min(width, x + 2)))
                     for x in range(0, width, 2)] for y in range(0, height, 2)])
    return out


def average_pool(maps):
    """2×2."""
    return [[[(m[y][x] + m[y][x + 1] + m[y + 1][x] + m[y + 1][x + 1]) / 4 for x in range(0, len(m[0]) - 1, 2)] for y in range(0, len(m) - 1, 2)] for m in maps]


def global_average(maps):
    return [sum(map(sum, m)) / (len(m) * len(m[0])) for m in maps]


def resnet18(network, imagenet):
    conv, norm = network.convolution("conv1", 3, 64, 7 if imagenet else 3, 2 if imagenet else 1), network.norm("bn1", 64)
    blocks, inputs = [], 64
    for stage, filters in enumerate([64, 128, 256, 512], 1):
        for i in range(2):
            path, stride = f"layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1
            first, norm1 = network.convolution(path + ".conv1", inputs, filters, 3, stride), network.norm(path + ".bn1", filters)
            second, norm2 = network.convolution(path + ".conv2", filters, filters, 3), network.norm(path + ".bn2", filters)
            down = None
            if stride > 1 or inputs != filters:
                project, norm3 = network.convolution(path + ".downsample.0", inputs, filters, 1, stride), network.norm(path + ".downsample.1", filters)
                down = lambda x, project=project, norm3=norm3: norm3(project(x))
            blocks.append((first, norm1, second, norm2, down))
            inputs = filters

    def embed(x, stages):
        x = relu(norm(conv(x)))
        x = max_pool(x) if imagenet else x
        stages.append(x)
        for i, (first, norm1, second, norm2, down) in enumerate(blocks):
            x = relu(add(norm2(second(relu(norm1(first(x))))), down(x) if down else x))
            if i % 2 == 1:
                stages.append(x)
        return global_average(x)

    return embed, 512


def densenet10(network, growth, imagenet):
    """DenseNet-BC of depth 10: one layer in each of three blocks."""
    width = 2 * growth
    conv = network.convolution("conv1", 3, width, 7 if imagenet else 3, 2 if imagenet else 1)
    stem = network.norm("bn1", width) if imagenet else None
    steps = []
    for block in [1, 2, 3]:
        path = f"block{block}.0"
        norm1, conv1 = network.norm(path + ".bn1", width), network.convolution(path + ".conv1", width, 4 * growth, 1)
        norm2, conv2 = network.norm(path + ".bn2", 4 * growth), network.convolution(path + ".conv2", 4 * growth, growth, 3)
        steps.append(lambda x, a=norm1, b=conv1, c=norm2, d=conv2: x + d(relu(c(b(relu(a(x)))))))
        width += growth
        if block < 3:
            norm3, mix = network.norm(f"transition{block}.bn", width), network.convolution(f"transition{block}.conv", width, width // 2, 1)
            steps.append(lambda x, a=norm3, b=mix: average_pool(b(relu(a(x)))))
            width //= 2
    last = network.norm("bn", width)

    def embed(x, stages):
        x = conv(x)
        x = max_pool(relu(stem(x))) if imagenet else x
        stages.append(x)
        for i, step in enumerate(steps):
            x = step(x)
            if i % 2 == 0:
                stages.append(x)
        return global_average(relu(last(x)))

    return embed, width


def wideresnet10(network, widen):
    """Pre-activation blocks, one in each of three stages; a projecting shortcut starts at the activated input."""
    conv, blocks, inputs = network.convolution("conv1", 3, 16, 3), [], 16
    for stage in [1, 2, 3]:
        path, filters, stride = f"block{stage}.0", 16 * 2 ** (stage - 1) * widen, 1 if stage == 1 else 2
        norm1, conv1 = network.norm(path + ".bn1", inputs), network.convolution(path + ".conv1", inputs, filters, 3, stride)
        norm2, conv2 = network.norm(path + ".bn2", filters), network.convolution(path + ".conv2", filters, filters, 3)
        project = network.convolution(path + ".convShortcut", inputs, filters, 1, stride) if inputs != filters else None
        blocks.append((norm1, conv1, norm2, conv2, project))
        inputs = filters
    last = network.norm("bn1", inputs)

    def embed(x, stages):
        x = conv(x)
        stages.append(x)
        for norm1, conv1, norm2, conv2, project in blocks:
            activated = relu(norm1(x))
            x = add(conv2(relu(norm2(conv1(activated)))), project(activated) if project else x)
            stages.append(x)
        return global_average(relu(last(x)))

    return embed, inputs


def moments(stages):
    out = []
    for maps in stages:
        means = global_average(maps)
        out += means
        out += [math.sqrt(sum((v - mean) ** 2 for row in m for v in row) / (len(m) * len(m[0]))) for m, mean in zip(maps, means)]
    return out


def golden(make, side):
    network = Network()
    embed, size = make(network)
    head = network.linear("fc", size, CLASSES)
    pixels = [math.sin(0.011 * i + 0.5) for i in range(2 * 3 * side * side)]
    images = [[[pixels[((b * 3 + c) * side + y) * side:][:side] for y in range(side)] for c in range(3)] for b in range(2)]
    stages = [[], []]
    embeddings = [embed(image, taken) for image, taken in zip(images, stages)]
    logits = [head(z) for z in embeddings]
    return {
        "side": side,
        "parameters": network.parameters,
        "embedding": matrix(embeddings),
        "logits": matrix(logits),
        "statistics": matrix([moments(taken) for taken in stages], 7),
    }


def matrix(rows, digits=9):
    return {"shape": [len(rows), len(rows[0])], "data": [float(f"{v:.{digits}g}") for row in rows for v in row]}


print(json.dumps({
    "rule": " ".join(__doc__.split("The rule: ")[1].split()),
    "frequency": FREQUENCY,
    "amplitude": AMPLITUDE,
    "resnet18_cifar": golden(lambda network: resnet18(network, False), 8),
    "resnet18_imagenet": golden(lambda network: resnet18(network, True), 33),
    "densenet10_cifar": golden(lambda network: densenet10(network, 4, False), 9),
    "densenet10_imagenet": golden(lambda network: densenet10(network, 4, True), 17),
    "wideresnet10_1": golden(lambda network: wideresnet10(network, 1), 9),
    "wideresnet10_2": golden(lambda network: wideresnet10(network, 2), 9),
}))
