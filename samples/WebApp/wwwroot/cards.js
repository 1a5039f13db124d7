// A card for each image: waiting, known, none of the classes, or not readable.

const template = document.getElementById("card");
const list = document.getElementById("cards");

// Where on the gauge, of its length, p-values are that lie at the false-alarm rate: what is called none of the classes lies to the right.
const RATE_AT = 0.6;

// A probability is never quite 0 or 1, whatever it is rounded to.
const percent = share => share > 0.99 ? "over 99\u00a0%" : share < 0.01 ? "under 1\u00a0%" : `${(100 * share).toFixed(0)}\u00a0%`;

/** Adds a card for a file, on top of the others. */
export function add(file) {
  const card = template.content.firstElementChild.cloneNode(true);
  const name = file.name || "pasted image";
  const image = card.querySelector("img");
  card.querySelector(".file").textContent = name;
  card.querySelector(".verdict").textContent = "Looking …";
  image.addEventListener("error", () => card.classList.add("without-picture"));
  for (const end of ["load", "error"]) {
    image.addEventListener(end, () => URL.revokeObjectURL(image.src));
  }
  image.alt = `The image ${name}`;
  image.src = URL.createObjectURL(file);
  return card;
}

/** Shows cards, the first on top. */
export const show = cards => list.prepend(...cards);

export const clear = () => list.replaceChildren();

/** How many there are of each kind, in words. */
export const summary = () => [["known", "known"], ["outside", "none of these"], ["error", "without an answer"]]
  .map(([state, words]) => [list.querySelectorAll(`[data-state=${state}]`).length, words])
  .filter(([count]) => count > 0)
  .map(([count, words]) => `${count} ${words}`)
  .join(", ");

/** Says why a card still waits. */
export const wait = (card, why) => { card.querySelector(".detail").textContent = why; };

/** Says why a file is no image. */
export function fail(card, why) {
  error(card, "Cannot be read", why);
  card.classList.add("without-picture");
}

/** Says why there is no result although the image may be fine. */
export const refuse = (card, why) => error(card, "Not looked at", why);

function error(card, what, why) {
  card.dataset.state = "error";
  card.querySelector(".verdict").textContent = what;
  card.querySelector(".detail").textContent = why;
}

/**
 * Fills a card with what the model says.
 * @param card the card
 * @param result one of the server's results
 * @param calibration how many known images unusualness is counted among, and the share of them that may be called none of the classes
 */
export function fill(card, result, calibration) {
  if (result.error) {
    fail(card, result.error);
    return;
  }
  const part = selector => card.querySelector(selector);
  const outside = result.isOutOfDistribution;
  card.dataset.state = outside ? "outside" : "known";
  part(".verdict").textContent = outside ? "None of these" : result.predictedClass;
  part(".detail").textContent = outside
    ? `Of the known classes it looks most like ${result.predictedClass}.`
    : `Known, ${percent(result.probability)} sure`;
  gauge(part(".unusual"), result, calibration);
  nearest(part(".nearest"), result.nearest);
  part("tbody").replaceChildren(...result.classes.map(row));
  part(".time").textContent = `Looked at in ${result.milliseconds.toFixed(0)} ms`;
  part(".more").hidden = false;
}

// p-values are told apart by their order of magnitude: from 1 on the left, by the false-alarm rate at a place of its own, to the smallest that there can be.
function gauge(box, { pValue, unusualness: words }, { calibrationRows, falseAlarmRate }) {
  const smallest = 1 / (calibrationRows + 1);
  const share = pValue >= falseAlarmRate
    ? RATE_AT * Math.log(pValue) / Math.log(falseAlarmRate)
    : RATE_AT + (1 - RATE_AT) * Math.log(pValue / falseAlarmRate) / Math.log(smallest / falseAlarmRate);
  const value = Math.round(100 * Math.min(1, Math.max(0, share)));
  const meter = box.querySelector(".gauge");
  meter.setAttribute("aria-valuenow", value);
  meter.setAttribute("aria-valuetext", words);
  meter.style.setProperty("--value", `${value}%`);
  box.querySelector(".words").textContent = `${words[0].toUpperCase()}${words.slice(1)}.`;
  box.hidden = false;
}

function nearest(box, images) {
  const heading = box.querySelector("p");
  heading.textContent = images.length === 1 ? "The most similar training image" : "The most similar training images";
  box.setAttribute("aria-label", heading.textContent);
  box.querySelector("ul").replaceChildren(...images.map(({ class: name, similarity, url }) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    const value = document.createElement("span");
    image.src = url;
    image.alt = "";   // its class stands below
    image.addEventListener("error", () => image.remove());   // another model serves by now
    value.textContent = `similarity ${similarity.toFixed(2)}`;
    item.append(image, name, value);
    return item;
  }));
  box.hidden = images.length === 0;
}

function row({ name, probability }) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  const value = document.createElement("td");
  head.scope = "row";
  head.textContent = name;
  value.textContent = percent(probability);
  value.style.setProperty("--value", `${100 * probability}%`);
  line.append(head, value);
  return line;
}
