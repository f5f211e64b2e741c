// What each field of the panel reads from an element of the process, and how it writes it there; all of it can be undone.
const OURS = ["role", "agency", "share", "does", "outcomes", "papers", "action"];
const LOOP = "bpmn:MultiInstanceLoopCharacteristics";

const own = (object, name) => (object.$descriptor.propertiesByName[`tinhso:${name}`] ? object.get(`tinhso:${name}`) || "" : "");
const event = (object) => object.eventDefinitions?.[0];
const loop = (object) => (object.loopCharacteristics?.$type === LOOP ? object.loopCharacteristics : null);

const READ = {
  name: (object) => object.name || "",
  condition: (object) => object.conditionExpression?.body || "",
  default: (object) => object.sourceRef?.default === object,
  timer: (object) => event(object)?.timeDuration?.body || "",
  message: (object) => event(object)?.messageRef?.name || "",
  calls: (object) => object.calledElement || "",
  many: (object) => (loop(object) ? (loop(object).isSequential ? "sequential" : "parallel") : ""),
  over: (object) => (loop(object) ? own(loop(object), "over") : ""),
  agencies: (object) => (loop(object) ? own(loop(object), "agencies") : ""),
  times: (object) => loop(object)?.loopCardinality?.body || "",
};

// The value of a field; undefined for one that is not ours.
export function read(name, object) {
  if (OURS.includes(name)) return own(object, name);
  return READ[name]?.(object);
}

function make(modeler, type, values, parent) {
  const made = modeler.get("moddle").create(type, values);
  made.$parent = parent;
  return made;
}

const expression = (modeler, body, parent, more = {}) => (body ? make(modeler, "bpmn:FormalExpression", { body, ...more }, parent) : undefined);

// The message of that name; one file has each of them once, beside the process.
function message(modeler, name) {
  const root = modeler.getDefinitions();
  const there = root.rootElements.find((one) => one.$type === "bpmn:Message" && one.name === name);
  if (there || !name) return there;
  const made = make(modeler, "bpmn:Message", { id: modeler.get("moddle").ids.nextPrefixed("Message_"), name }, root);
  root.rootElements.unshift(made);
  return made;
}

// A role said of a lane holds for its steps: what they said themselves before goes.
function roleOfLane(modeler, element, role) {
  const modeling = modeler.get("modeling");
  modeling.updateProperties(element, { "tinhso:role": role || undefined });
  if (!role) return;
  for (const node of element.businessObject.flowNodeRef || []) {
    if (node.$type === "bpmn:UserTask" && own(node, "role")) modeling.updateProperties(modeler.get("elementRegistry").get(node.id), { "tinhso:role": undefined });
  }
}

const WRITE = {
  name: (modeler, element, value) => modeler.get("modeling").updateLabel(element, value),
  condition: (modeler, element, value) =>
    modeler.get("modeling").updateProperties(element, { conditionExpression: expression(modeler, value, element.businessObject, { language: "cel" }) }),
  default: (modeler, element, value) => {
    const source = modeler.get("elementRegistry").get(element.businessObject.sourceRef.id);
    modeler.get("modeling").updateProperties(source, { default: value ? element.businessObject : undefined });
  },
  timer: (modeler, element, value) => {
    const definition = event(element.businessObject);
    const changes = { timeDuration: expression(modeler, value, definition), timeCycle: undefined, timeDate: undefined };
    modeler.get("modeling").updateModdleProperties(element, definition, changes);
  },
  message: (modeler, element, value) => modeler.get("modeling").updateModdleProperties(element, event(element.businessObject), { messageRef: message(modeler, value) }),
  calls: (modeler, element, value) => modeler.get("modeling").updateProperties(element, { calledElement: value || undefined }),
  many: (modeler, element, value) => {
    const object = element.businessObject;
    if (value && loop(object)) modeler.get("modeling").updateModdleProperties(element, loop(object), { isSequential: value === "sequential" });
    else modeler.get("modeling").updateProperties(element, { loopCharacteristics: value ? make(modeler, LOOP, { id: modeler.get("moddle").ids.nextPrefixed("Loop_"), isSequential: value === "sequential" }, object) : undefined });
  },
};

// Of "over", "agencies" and "times" a task has one: saying one takes the others away.
function times(modeler, element, name, value) {
  const characteristics = loop(element.businessObject);
  if (!characteristics) return;
  const changes = value ? { "tinhso:over": undefined, "tinhso:agencies": undefined, loopCardinality: undefined } : {};
  if (name === "times") changes.loopCardinality = expression(modeler, value, characteristics);
  else changes[`tinhso:${name}`] = value || undefined;
  modeler.get("modeling").updateModdleProperties(element, characteristics, changes);
}

export function write(modeler, element, name, value) {
  if (["over", "agencies", "times"].includes(name)) times(modeler, element, name, value);
  else if (name === "role" && element.type === "bpmn:Lane") roleOfLane(modeler, element, value);
  else if (OURS.includes(name)) modeler.get("modeling").updateProperties(element, { [`tinhso:${name}`]: value || undefined });
  else WRITE[name]?.(modeler, element, value);
}
