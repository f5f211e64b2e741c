// The editor of a process: bpmn-js, a panel for the selected element, savings, and what the server's check finds.
import { limits } from "./limits.js";
import { tinhso } from "./moddle.js";
import { kind, Panel } from "./panel.js";
import { Saver } from "./saver.js";

const editor = document.getElementById("editor");
const texts = JSON.parse(editor.dataset.texts);

function words(template, replacements = {}) {
  return (texts[template] || template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

function show(modeler, findings) {
  const list = document.createElement("ul");
  list.className = "findings";
  const registry = modeler.get("elementRegistry");
  const canvas = modeler.get("canvas");
  for (const element of registry.getAll()) if (element.parent) canvas.removeMarker(element, "has-fault");
  for (const finding of findings) {
    const line = document.createElement("li");
    line.className = finding.blocks ? "finding-fault" : "finding-advice";
    const element = finding.element && registry.get(finding.element);
    if (element) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = `${element.businessObject.name || kind(element.businessObject, texts)}: ${finding.text}`;
      button.addEventListener("click", () => {
        modeler.get("selection").select(element);
        canvas.scrollToElement(element);
      });
      line.append(button);
      if (finding.blocks && element.parent) canvas.addMarker(element, "has-fault");
    } else {
      line.textContent = finding.text;
    }
    list.append(line);
  }
  if (!findings.length) list.append(Object.assign(document.createElement("li"), { textContent: texts.good }));
  document.getElementById("findings").replaceChildren(list);
}

// The whole drawing, beside the palette and never enlarged.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, outer.width / (inner.width + 180), outer.height / (inner.height + 120));
  canvas.viewbox({ x: inner.x - 120 / scale, y: inner.y - 60, width: outer.width / scale, height: outer.height / scale });
}

async function start() {
  editor.hidden = false;
  const modeler = new window.BpmnJS({
    container: "#canvas",
    moddleExtensions: { tinhso },
    additionalModules: [limits, { translate: ["value", words] }],
  });
  const xml = await (await fetch(editor.dataset.file)).text();
  await modeler.importXML(xml);
  fit(modeler.get("canvas"));
  // the palette names its entries for screen readers only
  for (const entry of document.querySelectorAll(".djs-palette .entry")) entry.title = entry.getAttribute("aria-label") || "";
  modeler.on("commandStack.shape.create.postExecuted", ({ context }) => {
    const { shape } = context;
    if (shape.type === "bpmn:UserTask" && !shape.businessObject.name) modeler.get("modeling").updateLabel(shape, texts["new step"]);
  });
  new Panel(modeler, document.getElementById("panel"), texts);
  const saver = new Saver(modeler, editor, texts, (findings) => show(modeler, findings));
  document.getElementById("done").addEventListener("click", (event) => {
    event.preventDefault();
    saver.leave(event.currentTarget.href);
  });
  show(modeler, JSON.parse(editor.dataset.findings));
  for (const name of ["undo", "redo"]) {
    const button = document.getElementById(name);
    button.hidden = false;
    button.addEventListener("click", () => modeler.get("commandStack")[name]());
  }
}

start().catch((error) => {
  console.error(error);
  editor.hidden = true;
  document.getElementById("editor-missing").hidden = false;
  document.getElementById("upload").open = true;
});
