// The panel beside the drawing: what the selected element is to do, written as attributes of ours.
const OURS = ["role", "agency", "share", "does", "outcomes", "papers"];

export class Panel {
  #form;
  #modeler;
  #element = null;

  constructor(modeler, form, texts) {
    this.#modeler = modeler;
    this.#form = form;
    this.texts = texts;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => this.#write(event.target));
    modeler.on("selection.changed", ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null));
    modeler.on("element.changed", ({ element }) => element === this.#element && !form.contains(document.activeElement) && this.show(element));
    modeler.on("shape.remove", ({ element }) => element === this.#element && this.show(null));
  }

  show(element) {
    const shown = element && element.parent && element.type !== "label" ? element : null;
    this.#element = shown;
    this.#form.hidden = !shown;
    document.getElementById("panel-empty").hidden = Boolean(shown);
    if (!shown) return;
    const object = shown.businessObject;
    document.getElementById("panel-kind").textContent = this.#kind(object);
    for (const field of this.#form.querySelectorAll("[data-for]")) {
      const types = field.dataset.for.split(" ");
      field.hidden = !(types.includes("any") || types.includes(object.$type));
    }
    const { elements } = this.#form;
    elements.name.value = object.name || "";
    for (const name of OURS) elements[name].value = this.#own(object, name);
    elements.condition.value = object.conditionExpression?.body || "";
    elements.default.checked = object.sourceRef?.default === object;
    elements.timer.value = object.eventDefinitions?.[0]?.timeDuration?.body || "";
    const gateway = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"].includes(object.sourceRef?.$type);
    for (const name of ["condition", "default"]) elements[name].disabled = !gateway;
    elements.timer.disabled = object.eventDefinitions?.[0]?.$type !== "bpmn:TimerEventDefinition";
  }

  #own(object, name) {
    return object.$descriptor.propertiesByName[`tinhso:${name}`] ? object.get(`tinhso:${name}`) || "" : "";
  }

  #kind(object) {
    const english = object.$type.replace("bpmn:", "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    const name = english[0].toUpperCase() + english.slice(1);
    return `${this.texts[name] || name} – ${object.id}`;
  }

  #write(input) {
    const element = this.#element;
    if (!element) return;
    const modeling = this.#modeler.get("modeling");
    const object = element.businessObject;
    const value = input.value.trim();
    if (OURS.includes(input.name)) {
      modeling.updateProperties(element, { [`tinhso:${input.name}`]: value || undefined });
    } else if (input.name === "name") {
      modeling.updateLabel(element, value);
    } else if (input.name === "condition") {
      const expression = value ? this.#make("bpmn:FormalExpression", { body: value, language: "cel" }, object) : undefined;
      modeling.updateProperties(element, { conditionExpression: expression });
    } else if (input.name === "default") {
      const source = this.#modeler.get("elementRegistry").get(object.sourceRef.id);
      modeling.updateProperties(source, { default: input.checked ? object : undefined });
    } else if (input.name === "timer") {
      const definition = object.eventDefinitions[0];
      const duration = value ? this.#make("bpmn:FormalExpression", { body: value }, definition) : undefined;
      modeling.updateModdleProperties(element, definition, { timeDuration: duration, timeCycle: undefined, timeDate: undefined });
    }
  }

  #make(type, values, parent) {
    const made = this.#modeler.get("moddle").create(type, values);
    made.$parent = parent;
    return made;
  }
}
