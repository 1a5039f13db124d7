// The model's card, and what the drift test says.

import * as server from "./server.js";

const element = id => document.getElementById(id);
const date = text => new Date(text).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
const number = value => value.toLocaleString("en");
const percent = share => `${(100 * share).toLocaleString("en", { maximumFractionDigits: 2 })}\u00a0%`;

/** A file's size, in words. */
export const size = bytes => bytes < 1e6
  ? `${(bytes / 1e3).toLocaleString("en", { maximumFractionDigits: 1 })}\u00a0kB`
  : `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })}\u00a0MB`;

/** What a request may have, and what unusualness is counted by; the server's usual until it has answered. */
export const known = {
  limits: { maxFiles: 20, maxFileBytes: 10_000_000, maxRequestBytes: 32_000_000 },
  calibration: { calibrationRows: 1000, falseAlarmRate: 0.05 },
};

// Soon where there is no model yet or no server, else now and then, as the model file may be replaced.
const SOON = 2000, LATER = 30_000;

/** Shows the card of the model that serves, now and from now on. */
export async function showModel() {
  let again = SOON;
  try {
    const { card, status, lastError, limits } = await server.model();
    known.limits = limits;
    element("limits").textContent = `Up to ${size(limits.maxFileBytes)} each.`;
    element("model-status").textContent = !card ? status : lastError ? `A newer model file is not served: ${lastError.message}` : "";
    element("model-status").hidden = Boolean(card) && !lastError;
    if (card) {
      known.calibration = card;
      fillCard(card);
      again = LATER;
    }
  } catch (error) {
    element("model-status").hidden = false;
    element("model-status").textContent = error.message;
  }
  setTimeout(showModel, again);
}

/** Shows whether the images have changed. */
export async function showDrift() {
  try {
    fillDrift(await server.drift());
  } catch (error) {
    element("drift-quiet").textContent = `Whether your images have changed is not known: ${error.message}`;
  }
}

element("drift-restart").addEventListener("click", async () => {
  try {
    fillDrift(await server.restartDrift());
    element("choose").focus();
  } catch (error) {
    element("drift-message").textContent = error.message;
  }
});

function fillDrift(state) {
  const banner = element("drift");
  if (state.alarm !== !banner.hidden) {
    banner.hidden = !state.alarm;
  }
  const [title, ...rest] = state.message.split(/(?<=\.) /);
  element("drift-title").textContent = title;
  element("drift-message").textContent = state.alarm ? `${rest.join(" ")} Noticed on ${date(state.since)}.` : "";
  element("drift-quiet").textContent = state.alarm ? "" : state.message;
}

function promise(card) {
  const share = `At most ${percent(card.falseAlarmRate)} of images of these classes are called none of these`;
  return card.confidence === null ? `${share}, on average over calibrations.` : `${share}, with a certainty of ${percent(card.confidence)}.`;
}

function fillCard(card) {
  element("class-count").textContent = `${card.classes.length} classes`;
  const classes = document.createElement("ul");
  classes.className = "chips";
  classes.append(...card.classes.map(name => {
    const item = document.createElement("li");
    item.textContent = name;
    return item;
  }));
  const rows = [
    ["Knows", classes],
    ["Promise", promise(card)],
    ["Unusual by", card.score],
    ["Probabilities", card.temperature === null ? "as the network gives them" : `calibrated, by a temperature of ${card.temperature.toPrecision(3)}`],
    ["Network", `${card.network}, ${number(card.parameters)} weights; ${card.looksAt}`],
    ["Calibrated", `on ${number(card.calibrationRows)} images`],
    ["File", `${card.name}, version ${card.version}, ${size(card.fileBytes)}, loaded on ${date(card.loadedAt)}`],
  ];
  element("model-card").replaceChildren(...rows.flatMap(([term, value]) => {
    const head = document.createElement("dt");
    const text = document.createElement("dd");
    head.textContent = term;
    text.append(value);
    return [head, text];
  }));
  element("model-card").hidden = false;
}
