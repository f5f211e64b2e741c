"""The processes of procedures: BPMN 2.0 files read into a graph, and tokens that move through it. No database here.

What runs: start and end event, user task, service task, exclusive gateway with a default flow, parallel gateway, sequence
flow with a CEL condition. Everything else in a file is refused with the element's type, id and line. docs/procedures.md
explains it to authors.
"""
