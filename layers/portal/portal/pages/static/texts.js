// The words that scripts show stand in the page, in its language: `<template data-text="name">`.

function template(name) {
  return document.querySelector(`template[data-text="${name}"]`);
}

/** Tells whether the page has a text of this name. */
export function hasText(name) {
  return template(name) !== null;
}

/** Returns a text, with `{name}` replaced by the values given. */
export function text(name, values = {}) {
  return template(name).content.textContent.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Returns a copy of a text with its markup. */
export function fragment(name) {
  return template(name).content.cloneNode(true);
}

/** Puts values as text into the slots (`data-slot`) of an element or fragment. */
export function fill(part, values) {
  for (const [name, value] of Object.entries(values)) part.querySelector(`[data-slot="${name}"]`).textContent = value;
}
