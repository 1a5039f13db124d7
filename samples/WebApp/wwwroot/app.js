// Takes images in, by choosing, dropping, pasting or photographing, and sends them to the server in portions that it takes.

import * as cards from "./cards.js";
import { known, showDrift, showModel, size } from "./model.js";
import * as server from "./server.js";

const element = id => document.getElementById(id);
let sending = Promise.resolve();   // one portion after the other, in the order in which they came

function take(files) {
  if (files.length === 0) {
    return;
  }
  const waiting = files.map(file => ({ file, card: cards.add(file) }));
  cards.show(waiting.map(one => one.card));
  element("empty").hidden = true;
  element("clear").hidden = false;
  tell(`Looking at ${files.length === 1 ? "1 image" : `${files.length} images`} …`);
  sending = sending.then(async () => {
    for (const portion of portions(waiting)) {
      await send(portion);
    }
    tell();
    await showDrift();
  });
}

// As many files as a request may have; what is too large for any is told at once.
function* portions(waiting) {
  const { maxFiles, maxFileBytes, maxRequestBytes } = known.limits;
  let portion = [];
  let bytes = 0;
  for (const one of waiting) {
    if (one.file.size > maxFileBytes) {
      cards.refuse(one.card, `The file has ${size(one.file.size)}, and no more than ${size(maxFileBytes)} are taken. Send a smaller one.`);
      continue;
    }
    if (portion.length === maxFiles || (portion.length > 0 && bytes + one.file.size > maxRequestBytes)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(one);
    bytes += one.file.size;
  }
  if (portion.length > 0) {
    yield portion;
  }
}

async function send(portion) {
  try {
    const results = await server.predict(portion.map(one => one.file), why => portion.forEach(one => cards.wait(one.card, why)));
    portion.forEach((one, i) => cards.fill(one.card, results[i], known.calibration));
  } catch (error) {
    // The answer to a single file that cannot be read is an error of the whole request.
    portion.forEach(one => (portion.length === 1 ? cards.fail : cards.refuse)(one.card, error.message));
  }
}

function tell(text) {
  element("summary").textContent = text ?? cards.summary();
}

function input(button, field) {
  element(button).addEventListener("click", () => element(field).click());
  element(field).addEventListener("change", event => {
    take([...event.target.files]);
    event.target.value = "";   // so that the same file can be chosen again
  });
}

input("choose", "files");
input("photograph", "camera");
element("clear").addEventListener("click", () => {
  cards.clear();
  element("clear").hidden = true;
  element("empty").hidden = false;
  tell();
  element("choose").focus();
});

document.addEventListener("paste", event => take([...event.clipboardData.files]));
document.addEventListener("dragover", event => {
  event.preventDefault();
  element("drop").classList.add("over");
});
document.addEventListener("dragleave", event => {
  if (!event.relatedTarget) {
    element("drop").classList.remove("over");
  }
});
document.addEventListener("drop", event => {
  event.preventDefault();
  element("drop").classList.remove("over");
  take([...event.dataTransfer.files]);
});

showModel();
showDrift();
setInterval(() => { if (!document.hidden) { showDrift(); } }, 30_000);
