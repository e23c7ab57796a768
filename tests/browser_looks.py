"""Scripts that look at a page in a real browser as somebody would who has to read it."""

from __future__ import annotations

__all__ = ["FAINT_TEXTS", "OPEN_DETAILS"]

# Texts whose contrast is below 4.5 (3 for large ones), composed over the backgrounds behind them.
FAINT_TEXTS = """
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
    const ground = node => {
        if (!node) return [255, 255, 255];
        const own = rgba(getComputedStyle(node).backgroundColor);
        return own[3] === 1 ? own.slice(0, 3) : over(own, ground(node.parentElement));
    };
    const light = colour => colour.reduce((sum, part, i) => {
        const share = part / 255;
        const linear = share <= .04045 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4;
        return sum + [.2126, .7152, .0722][i] * linear;
    }, 0);
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const text = walker.currentNode.data.trim();
        if (!text || !node.checkVisibility() || node.closest('.unseen, noscript')) continue;
        const style = getComputedStyle(node);
        const below = ground(node);
        const lights = [light(over(rgba(style.color), below)), light(below)];
        const [one, other] = lights.sort((x, y) => y - x);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const contrast = (one + .05) / (other + .05);
        if (contrast < (large ? 3 : 4.5)) found.push([text.slice(0, 40), contrast]);
    }
    return found"""

# Opens the first details of a panel.
OPEN_DETAILS = """
    const found = document.querySelectorAll(`${arguments[0]} details`);
    for (const details of [...found].slice(0, arguments[1])) details.open = true;"""
