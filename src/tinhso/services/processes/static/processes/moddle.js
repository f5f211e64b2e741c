// Our attributes of BPMN elements, as bpmn-js wants them described; docs/procedures.md says what they mean.
const text = (name) => ({ name, isAttr: true, type: "String" });

export const tinhso = {
  name: "TinhSo",
  uri: "urn:tinhso:bpmn:1",
  prefix: "tinhso",
  xml: { tagAlias: "lowerCase" },
  types: [
    { name: "Step", extends: ["bpmn:UserTask"], properties: ["role", "does", "share", "outcomes", "agency", "papers"].map(text) },
    { name: "Service", extends: ["bpmn:ServiceTask"], properties: [text("action")] },
    { name: "Called", extends: ["bpmn:CallActivity"], properties: ["share", "agency"].map(text) },
    { name: "Room", extends: ["bpmn:Lane"], properties: ["role", "agency"].map(text) },
    { name: "Many", extends: ["bpmn:MultiInstanceLoopCharacteristics"], properties: ["over", "agencies"].map(text) },
  ],
};
