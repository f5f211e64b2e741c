"""Process files: what is read, and that everything else is refused with element and line."""

import json

import pytest

from tinhso.blocks.cases.bpmn.checks import share_warnings
from tinhso.blocks.cases.bpmn.graph import Graph, Kind, ProcessError
from tinhso.blocks.cases.bpmn.parse import MAX_BYTES, parse
from tinhso.blocks.cases.bpmn.tests.files import end, exclusive, flow, line_of, parallel, process_file, service, start, task

SIMPLE = start() + task("a") + end() + flow("start", "a") + flow("a", "end")


def refusals(body: str, **options: object) -> str:
    with pytest.raises(ProcessError) as caught:
        parse(process_file(body), **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_process_is_read_with_all_it_says() -> None:
    body = (
        start()
        + task("look", outcomes="approve, return", role="specialist", does="sign", share=60)
        + exclusive("g", default="g-end")
        + service("tell")
        + end()
        + flow("start", "look")
        + flow("look", "g")
        + flow("g", "tell", 'outcome == "return"')
        + flow("tell", "look")
        + flow("g", "end")
    )
    graph = parse(process_file(body))
    look = graph.node("look")
    assert (look.kind, look.name, look.role, look.does, look.share) == (Kind.USER, "Việc look", "specialist", "sign", 60)
    assert look.outcomes == ("approve", "return")
    assert look.line == line_of(body, 'id="look"')
    assert graph.node("tell").action == "cases.note"
    assert graph.node("g").default == "g-end"
    assert [one.condition for one in graph.leaving(graph.node("g"))] == ['outcome == "return"', ""]


def test_a_graph_survives_json() -> None:
    graph = parse(process_file(SIMPLE + "<bpmn:documentation>x</bpmn:documentation>"))
    assert Graph.from_json(json.loads(json.dumps(graph.to_json()))) == graph


def test_diagrams_documentation_extensions_comments_and_other_prefixes_are_passed_over() -> None:
    xml = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:tinhso:bpmn:1" exporter="bpmn-js"
      xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
      xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
      <!-- a comment -->
      <process id="p" camunda:versionTag="1">
        <startEvent id="s"><outgoing>f</outgoing></startEvent>
        <userTask id="a" name="A" t:role="clerk" t:does="sign" camunda:assignee="x">
          <documentation>what to do</documentation>
          <extensionElements><camunda:formData/></extensionElements>
          <incoming>f</incoming><outgoing>g</outgoing>
        </userTask>
        <endEvent id="e"/>
        <sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>
      </process>
      <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p"><bpmndi:BPMNShape id="x" bpmnElement="a">
      <dc:Bounds x="1" y="1" width="1" height="1"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
    </definitions>"""
    assert [node.id for node in parse(xml).nodes] == ["s", "a", "e"]


def test_an_unsupported_element_is_named_with_type_id_and_line() -> None:
    body = SIMPLE + '\n\n<bpmn:complexGateway id="G2"/>\n'
    line = line_of(body, "<bpmn:complexGateway")
    assert refusals(body) == f'Dòng {line}: phần tử <bpmn:complexGateway id="G2"> chưa được hỗ trợ.'


@pytest.mark.parametrize(
    "element",
    [
        '<bpmn:scriptTask id="X"/>',
        '<bpmn:subProcess id="X"/>',
        '<bpmn:intermediateThrowEvent id="X"/>',
        '<bpmn:transaction id="X"/>',
        '<bpmn:sendTask id="X"/>',
        '<bpmn:receiveTask id="X"/>',
        '<bpmn:manualTask id="X"/>',
        '<bpmn:businessRuleTask id="X"/>',
        '<bpmn:eventBasedGateway id="X"/>',
        '<bpmn:task id="X"/>',
        '<other:thing xmlns:other="urn:other" id="X"/>',
    ],
)
def test_each_unknown_element_is_refused(element: str) -> None:
    name = element[1:].split(maxsplit=1)[0]
    assert f'phần tử <{name} id="X"> chưa được hỗ trợ' in refusals(SIMPLE + element)


def test_parts_that_would_change_how_an_element_runs_are_refused_too() -> None:
    body = (
        '<bpmn:startEvent id="start"><bpmn:timerEventDefinition id="T"/></bpmn:startEvent>\n'
        '<bpmn:userTask id="a" name="A" isForCompensation="true" tinhso:role="clerk" tinhso:does="review" tinhso:rolle="x">\n'
        '<bpmn:standardLoopCharacteristics id="M"/></bpmn:userTask>\n'
        '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition/></bpmn:endEvent>\n' + flow("start", "a") + flow("a", "end")
    )
    text = refusals(body)
    assert 'Dòng 4: phần tử <bpmn:timerEventDefinition id="T"> chưa được hỗ trợ.' in text
    assert 'Dòng 5: <bpmn:userTask id="a">: thuộc tính isForCompensation chưa được hỗ trợ' in text
    assert 'Dòng 5: <bpmn:userTask id="a">: thuộc tính tinhso:rolle chưa được hỗ trợ' in text
    assert 'Dòng 6: phần tử <bpmn:standardLoopCharacteristics id="M"> chưa được hỗ trợ.' in text
    assert "Dòng 7: phần tử <bpmn:terminateEventDefinition> chưa được hỗ trợ." in text


def test_all_problems_are_listed_in_the_order_of_the_file() -> None:
    body = start() + '<bpmn:userTask id="a" tinhso:role="chief" tinhso:share="150"/>\n' + '<bpmn:serviceTask id="b"/>\n' + end()
    lines = refusals(body).splitlines()
    assert [line.split(":")[0] for line in lines] == ["Dòng 5"] * 4 + ["Dòng 6"]
    assert "công việc phải có tên" in lines[0]
    assert "thiếu thuộc tính tinhso:does" in lines[2]
    assert "tinhso:role=“chief” không có; chọn một trong: admin, clerk" in lines[1]
    assert "tinhso:share=“150” phải là số phần trăm từ 0 đến 100" in lines[3]
    assert "thiếu thuộc tính tinhso:action" in lines[4]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (task("a") + end() + flow("a", "end"), "không có sự kiện bắt đầu"),
        (
            start() + start("s2") + end() + flow("start", "end") + flow("s2", "end"),
            'startEvent id="s2">: quy trình chỉ được có một',
        ),
        (start() + task("a") + flow("start", "a"), "không có sự kiện kết thúc"),
        (SIMPLE + task("b") + flow("b", "end"), 'userTask id="b">: không đi tới được'),
        (SIMPLE + flow("a", "nowhere"), "targetRef chỉ tới “nowhere” không có trong quy trình"),
        (SIMPLE + '<bpmn:sequenceFlow id="f" sourceRef="a"/>', 'sequenceFlow id="f">: thiếu targetRef'),
        (SIMPLE + flow("a", "end", flow_id="second"), 'userTask id="a">: chỉ được có một luồng đi ra'),
        (SIMPLE + flow("a", "start", flow_id="back"), "sự kiện bắt đầu không được có luồng đi vào"),
        (SIMPLE + flow("end", "a"), "sự kiện kết thúc không được có luồng đi ra"),
        (start() + task("a") + end() + flow("start", "a"), 'userTask id="a">: không có luồng đi ra'),
        (SIMPLE + task("a"), 'userTask id="a">: id này đã dùng'),
        (
            start() + task("a") + end() + flow("start", "a") + flow("a", "end", "outcome == 1"),
            "chỉ được đặt ở luồng đi ra từ exclusiveGateway",
        ),
        (SIMPLE.replace("specialist", "ghost"), "tinhso:role=“ghost” không có"),
        (SIMPLE.replace('"sign"', '"stamp"'), "tinhso:does=“stamp” không có; chọn một trong: draft, return, review, sign"),
        (
            start() + task("a", outcomes="approve") + end() + flow("start", "a") + flow("a", "end"),
            "tinhso:outcomes=“approve” phải là",
        ),
        (SIMPLE.replace('"sign"', '"review"'), 'endEvent id="end">: kết thúc khi chưa có kết quả nào được ký'),
        (SIMPLE.replace('"sign"', '"return"'), 'userTask id="a">: trả kết quả khi chưa có việc ký'),
        (SIMPLE + "<bpmn:process/>", "phần tử <bpmn:process> chưa được hỗ trợ"),
    ],
)
def test_a_process_whose_parts_do_not_fit_is_refused(body: str, message: str) -> None:
    assert message in refusals(body)


def choice(
    first: str = 'outcome == "approve"', *, second: str = "", default: str = "g-b", outcomes: str = "approve,return"
) -> str:
    return (
        start() + task("a", outcomes=outcomes) + exclusive("g", default) + task("b") + end()
        + flow("start", "a") + flow("a", "g") + flow("g", "end", first) + flow("g", "b", second) + flow("b", "end")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (choice(default=""), 'sequenceFlow id="g-b">: thiếu điều kiện'),
        (choice(default="", second='answers.x == "1"'), 'exclusiveGateway id="g">: cần nhánh mặc định'),
        (choice("answers.a == 1", default="", second="answers.a != 1"), "cần nhánh mặc định"),
        (choice(second="answers.x == 1"), "nhánh mặc định không được có điều kiện"),
        (choice(default="zzz"), "nhánh mặc định “zzz” không đi ra từ cổng này"),
        (choice("outcome = 1"), 'sequenceFlow id="g-end">: điều kiện “outcome = 1”: Dòng 1, cột 9: quy tắc viết sai cú pháp CEL'),
        (choice("result == 1"), "điều kiện “result == 1”: Dòng 1, cột 1: không có trường result"),
        (choice('outcome == "aprove"'), "outcome “aprove” không có; công việc trước đó cho chọn: approve, return"),
        (choice(outcomes=""), 'userTask id="a">: thiếu tinhso:outcomes, vì <bpmn:exclusiveGateway id="g"> rẽ nhánh theo outcome'),
        (
            start() + exclusive("g", "g-end") + task("a", "x,y") + end() + flow("start", "g") + flow("g", "a", 'outcome == "x"')
            + flow("g", "end") + flow("a", "end"),
            "đọc outcome khi chưa có công việc nào được làm",
        ),
        (
            start() + task("a", "x,y") + service("t") + exclusive("g", "g-end") + task("b") + end() + flow("start", "a")
            + flow("a", "t") + flow("t", "g") + flow("g", "b", 'outcome == "x"') + flow("g", "end") + flow("b", "end"),
            'đọc outcome ngay sau <bpmn:serviceTask id="t">',
        ),
        (
            start() + parallel("s") + task("a", "x,y") + task("b") + parallel("j") + exclusive("g", "g-end") + task("c") + end()
            + flow("start", "s") + flow("s", "a") + flow("s", "b") + flow("a", "j") + flow("b", "j") + flow("j", "g")
            + flow("g", "c", 'outcome == "x"') + flow("g", "end") + flow("c", "end"),
            'đọc outcome ngay sau <bpmn:parallelGateway id="j">',
        ),
    ],
)  # fmt: skip
def test_a_gateway_that_could_not_decide_is_refused(body: str, message: str) -> None:
    assert message in refusals(body)


def test_a_gateway_that_covers_every_outcome_needs_no_default() -> None:
    parse(process_file(choice(default="", second='outcome == "return"')))


def test_conditions_are_checked_against_the_fields_of_the_form() -> None:
    text = refusals(choice('answers.kindd == "x"'), known={"outcome", "answers.kind", "case.*"})
    assert "không có trường answers.kindd. Có phải answers.kind?" in text


def test_actions_are_checked_against_those_that_exist() -> None:
    body = start() + service("a", "cases.expload") + end() + flow("start", "a") + flow("a", "end")
    parse(process_file(body))
    assert "tinhso:action=“cases.expload” không có; chọn một trong: cases.mark_done" in refusals(
        body, actions={"cases.mark_done"}
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (  # an exclusive choice joined as if both ways were taken
            start() + task("a", "x,y") + exclusive("g", "g-b") + task("b") + task("c") + parallel("j") + end()
            + flow("start", "a") + flow("a", "g") + flow("g", "c", 'outcome == "x"') + flow("g", "b") + flow("b", "j")
            + flow("c", "j") + flow("j", "end"),
            'parallelGateway id="j">: có thể chờ mãi: không phải lúc nào cũng có nhánh đi tới qua',
        ),
        (  # parallel branches that each end the process
            start() + parallel("s") + task("a") + task("b") + end("e1") + end("e2") + flow("start", "s") + flow("s", "a")
            + flow("s", "b") + flow("a", "e1") + flow("b", "e2"),
            "kết thúc trong khi nhánh song song khác còn chạy",
        ),
        (  # parallel branches that run together without a join
            start() + parallel("s") + task("a") + task("b") + task("c") + end() + flow("start", "s") + flow("s", "a")
            + flow("s", "b") + flow("a", "c") + flow("b", "c") + flow("c", "end"),
            'userTask id="c">: có thể được mở hai lần cùng lúc',
        ),
        (  # a loop without a way out
            start() + task("a", "x,y") + exclusive("g", "g-end") + task("b") + task("c") + end() + flow("start", "a")
            + flow("a", "g") + flow("g", "b", 'outcome == "x"') + flow("g", "end") + flow("b", "c") + flow("c", "b"),
            "quy trình đi vòng mãi",
        ),
        (  # a way back out of one parallel branch
            start() + task("a") + parallel("s") + task("b", "x,y") + task("c") + exclusive("g", "g-j") + parallel("j") + end()
            + flow("start", "a") + flow("a", "s") + flow("s", "b") + flow("s", "c") + flow("b", "g")
            + flow("g", "a", 'outcome == "x"') + flow("g", "j") + flow("c", "j") + flow("j", "end"),
            "hai lần cùng lúc",
        ),
    ],
)  # fmt: skip
def test_a_process_whose_tokens_could_get_stuck_or_stay_behind_is_refused(body: str, message: str) -> None:
    assert message in refusals(body)


def test_too_many_parallel_branches_to_check_are_refused_quickly() -> None:
    names = [f"t{i}" for i in range(40)]
    body = start() + parallel("s") + parallel("j") + end() + flow("start", "s") + flow("j", "end")
    body += "".join(task(name) + flow("s", name) + flow(name, "j") for name in names)
    assert "quá nhiều nhánh song song" in refusals(body)


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (b"", "không phải là XML"),
        (b"<a>\n<b></a>", "Dòng 2: không phải là XML đúng cú pháp"),
        (b"\n<html/>", "Dòng 2: phần tử gốc phải là <bpmn:definitions>"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "Dòng 1: Không được có khai báo DOCTYPE"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"), "Không được có khai báo DOCTYPE"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "lớn quá 1 MB"),
        (b"\x00\xff", "không phải là XML"),
        (
            b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="a"/><process id="b"/></definitions>',
            "đúng một <bpmn:process>, ở đây có 2",
        ),
        (
            b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><choreography id="C"/></definitions>',
            'phần tử <bpmn:choreography id="C"> chưa được hỗ trợ',
        ),
    ],
)
def test_a_file_that_is_no_process_is_refused(xml: bytes, message: str) -> None:
    with pytest.raises(ProcessError) as caught:
        parse(xml)
    assert message in str(caught.value)


def test_tasks_that_together_take_more_than_the_term_are_pointed_out() -> None:
    body = start() + task("a", share=60) + task("b", share=50) + end() + flow("start", "a") + flow("a", "b") + flow("b", "end")
    assert share_warnings(parse(process_file(body))) == [
        "Các công việc nối tiếp a → b chiếm 110 % thời hạn; tổng tinhso:share không nên quá 100 %."
    ]
    assert share_warnings(parse(process_file(SIMPLE))) == []


def test_shares_of_a_loop_and_of_parallel_branches_count_once() -> None:
    body = (
        start() + task("a", "x,y", share=50) + exclusive("g", "g-s") + parallel("s") + task("b", share=50) + task("c", share=40)
        + parallel("j") + end() + flow("start", "a") + flow("a", "g") + flow("g", "a", 'outcome == "x"', "back") + flow("g", "s")
        + flow("s", "b") + flow("s", "c") + flow("b", "j") + flow("c", "j") + flow("j", "end")
    )  # fmt: skip
    assert share_warnings(parse(process_file(body))) == []
