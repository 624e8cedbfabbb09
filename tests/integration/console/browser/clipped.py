"""Which texts of a page does nobody read whole: cut at an edge, too long for their field, or torn inside of a word?"""

from __future__ import annotations

from typing import Final

__all__ = ["CLIPPED"]

CLIPPED: Final = r"""() => {
  const told = new Set();
  const range = document.createRange();
  const boxes = () => [...range.getClientRects()].filter((box) => box.width > 0);
  const padding = (style) => [parseFloat(style.paddingLeft), parseFloat(style.paddingRight)];

  const pen = document.createElement("canvas").getContext("2d");
  const wide = (text, style) => {
    pen.font = style.font;
    pen.letterSpacing = style.letterSpacing === "normal" ? "0px" : style.letterSpacing;
    return pen.measureText(text).width;
  };
  const TICKED = ["checkbox", "radio", "file", "hidden"];
  for (const one of document.querySelectorAll("input, select")) {
    if (!one.checkVisibility() || one.multiple || TICKED.includes(one.type)) continue;
    // What somebody chose or typed is theirs: a list has it whole.
    const offered = one.selectedIndex === 0 ? one.options[0].text : "";
    const text = offered || (one.value ? "" : one.placeholder);
    const style = getComputedStyle(one), [left, right] = padding(style);
    if (text && wide(text, style) > one.clientWidth - left - right + 1) told.add(`too long for its field: ${text}`);
  }

  // An edge of what hides what is beyond it; a strip that can be moved ends the search.
  const isCut = (node, found) => {
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one), edge = one.getBoundingClientRect();
      if (["auto", "scroll"].includes(style.overflowX)) return false;
      if (style.overflowX === "visible") continue;
      if (found.some((box) => box.right > edge.right + 1 || box.left < edge.left - 1)) return true;
      if (found.some((box) => box.bottom > edge.bottom + 2)) return true;
    }
    return false;
  };
  const leavesItsFrame = (node, found) => {
    const frame = node.parentElement.closest(".btn, .badge");
    if (!frame) return false;
    const edge = frame.getBoundingClientRect(), [, right] = padding(getComputedStyle(frame));
    return found.some((box) => box.right > edge.right - right / 2 || box.bottom > edge.bottom + 1);
  };
  const isForEars = (one) => one && (getComputedStyle(one).clipPath !== "none" || isForEars(one.parentElement));
  const isRead = (node) => node.data.trim() && node.parentElement.checkVisibility() &&
    !node.parentElement.closest("svg, option") && !isForEars(node.parentElement);
  // Addresses, numbers and code may be torn.
  const WORDS = /(?<![\p{L}\p{M}\d@._\/-])[\p{L}\p{M}]{2,}(?![\p{L}\p{M}\d@_\/-]|\.\p{L})/gu;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, text = node.data;
    if (!isRead(node)) continue;
    range.selectNodeContents(node);
    const found = boxes();
    if (isCut(node, found) || leavesItsFrame(node, found)) told.add(`cut: ${text.trim()}`);
    if (node.parentElement.closest("code, pre")) continue;
    for (const word of text.matchAll(WORDS)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set(boxes().map((box) => Math.round(box.top)));
      if (lines.size > 1) told.add(`torn: ${word[0]} in ${text.trim().slice(0, 80)}`);
    }
  }
  return [...told];
}"""
"""What is wrong, a sentence each."""
