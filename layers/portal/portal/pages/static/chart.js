// Amounts by month as columns, in an `<svg>` of the page.
//
// It is drawn for the width that there is, and drawn anew for another one: nothing is scaled, so its text stays as
// large as all other text. What it shows stands in a table beside it; for screen readers it is a picture.

const LINES = 4;
const STEPS = [1, 2, 5, 10];
const LEAST_STEP = 100;
// Every month, quarter, half-year or year is named: as many as have room.
const NAMED = [1, 3, 6, 12];

/**
 * Makes the chart of a place that holds an `<svg>`; returns a function that shows `columns` in it.
 *
 * `columns` are `{ month, amount, name, told }`: `2026-11`, cents, its name below the column and what it says when
 * pointed at. `money` writes cents on the scale.
 */
export function chartIn(place, money) {
  const picture = place.querySelector("svg");
  let shown = [];
  let drawnFor = 0;

  function draw() {
    const width = Math.floor(place.clientWidth);
    drawnFor = width;
    picture.replaceChildren();
    if (width > 0 && shown.length) paint(picture, shown, width, money);
  }

  new ResizeObserver(() => {
    if (Math.floor(place.clientWidth) !== drawnFor) draw();
  }).observe(place);
  return (columns) => {
    shown = columns;
    draw();
  };
}

function paint(picture, columns, width, money) {
  const size = parseFloat(getComputedStyle(picture).fontSize);
  const bottom = Math.round(13 * size);
  const height = bottom + Math.round(2 * size);
  put(picture, { width, height, viewBox: `0 0 ${width} ${height}` });
  const { low, high, ticks } = scaleOf(columns.map(({ amount }) => amount));
  const y = (amount) => bottom - ((amount - low) / (high - low)) * (bottom - size);
  const left = drawScale(picture, { ticks, y, width, size, money });
  const room = (width - left) / columns.length;
  columns.forEach((column, place) => drawColumn(picture, column, { x: left + (place + 0.15) * room, width: room * 0.7, y }));
  nameMonths(picture, columns, { left, right: width, at: bottom + 1.5 * size, room, gap: size });
}

/** Draws lines with their amounts; returns where the columns begin. */
function drawScale(picture, { ticks, y, width, size, money }) {
  const texts = ticks.map((amount) => write(picture, money(amount), "scale"));
  const left = Math.ceil(Math.max(...texts.map((each) => each.getComputedTextLength())) + size / 2);
  ticks.forEach((amount, place) => {
    put(texts[place], { x: left - size / 2, y: y(amount) + size / 3 });
    const at = Math.round(y(amount)) + 0.5;
    add(picture, "line", { class: amount ? "line" : "line zero", x1: left, x2: width, y1: at, y2: at });
  });
  return left;
}

function drawColumn(picture, { amount, told }, { x, width, y }) {
  const [top, foot] = [Math.max(amount, 0), Math.min(amount, 0)].map(y);
  // What came in is seen, however little it is.
  const height = amount ? Math.max(foot - top, 1) : 0;
  const column = add(picture, "rect", { class: "column", x, width, y: foot - height, height });
  add(column, "title").textContent = told;
}

function nameMonths(picture, columns, { left, right, at, room, gap }) {
  const names = columns.map(({ name }) => write(picture, name, "month"));
  const widest = Math.max(...names.map((name) => name.getComputedTextLength()));
  const every = NAMED.find((months) => months * room >= widest + gap) ?? NAMED.at(-1);
  names.forEach((name, place) => {
    const x = left + (place + 0.5) * room;
    const half = name.getComputedTextLength() / 2;
    const regular = (Number(columns[place].month.slice(-2)) - 1) % every === 0;
    if (regular && x - half >= 0 && x + half <= right) put(name, { x, y: at });
    else name.remove();
  });
}

/** Returns round amounts between which all others lie; zero is one of them. */
function scaleOf(amounts) {
  const [least, most] = [Math.min(0, ...amounts), Math.max(LEAST_STEP, ...amounts)];
  const rough = (most - least) / LINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(LEAST_STEP, power * STEPS.find((each) => each * power >= rough));
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, place) => low + place * step);
  return { low, high, ticks };
}

function write(picture, words, kind) {
  const text = add(picture, "text", { class: kind });
  text.textContent = words;
  return text;
}

function add(parent, name, attributes = {}) {
  const part = document.createElementNS(parent.namespaceURI, name);
  put(part, attributes);
  parent.append(part);
  return part;
}

function put(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
}
