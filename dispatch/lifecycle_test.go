package dispatch_test

import (
	"cmp"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"jingwei/dispatch"
	"jingwei/grid"
)

var update = flag.Bool("update", false, "write the tables of the documentation anew")

// The tables in the documentation are those of the code.
func TestDocumentation(t *testing.T) {
	for _, doc := range []struct {
		file, head string
		in         language
	}{
		{"../docs/lifecycle.md", "| action | from → to | who | with | if | holder | clocks |", language{}},
		{"../docs/lifecycle.zh-CN.md", "| 动作 | 状态 | 何人 | 须附 | 条件 | 责任人 | 时钟 |", chinese},
	} {
		file := doc.file
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(b), doc.head+"\n")
		if !ok {
			t.Fatalf("%s has no table with the head %s", file, doc.head)
		}
		_, after, _ := strings.Cut(rest, "\n\n")
		want := before + doc.in.table(doc.head) + "\n\n" + after
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if want != string(b) {
			t.Errorf("%s differs from the lifecycle: go test ./dispatch -run TestDocumentation -update", file)
		}
	}
}

// language translates the words of the lifecycle; a word that it lacks stays.
type language map[string]string

func (l language) say(word string) string { return cmp.Or(l[word], word) }

// table writes the lifecycle under a head.
func (l language) table(head string) string {
	lines := []string{head, strings.Repeat("|---", strings.Count(head, "|")-1) + "|"}
	for _, r := range dispatch.Lifecycle {
		lines = append(lines, l.row(r))
	}
	return strings.Join(lines, "\n")
}

func (l language) row(r dispatch.Rule) string {
	to := "="
	if r.To != 0 {
		to = r.To.String()
	}
	cells := []string{
		"`" + string(r.Action) + "` " + r.Chinese, list(l, r.From, grid.State.String) + " → " + to,
		list(l, r.Who, text), list(l, r.Gives, text), list(l, r.If, text), l.say(string(r.Ball)), l.say(string(r.Clock)),
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func text[T ~string](v T) string { return string(v) }

func list[T any](l language, values []T, name func(T) string) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = l.say(name(v))
	}
	return strings.Join(names, ", ")
}

var chinese = language{
	"holder": "责任人", "sender": "交出人", "above": "上级", "dispatcher": "指挥中心", "checker": "核验人",
	"approver": "审批人", "department": "部门", "reporter": "上报人", "system": "系统",
	"reason": "原因 `reason`", "area": "区域 `area`", "lead": "主案 `lead`", "resume_at": "恢复日期 `resume_at`", "evidence": "办结凭证 `evidence`",
	"no open tasks": "部门均已办完", "open tasks": "部门尚未办完", "the department was called": "部门已被吹哨", "the department has arrived": "部门已报到",
	"asked for by somebody else": "他人已申请", "not asked for by the same person": "非本人申请", "something asked for by somebody else": "他人有申请待批",
	"nothing waiting for an answer": "没有待批的申请", "not after a return": "未曾退回", "for those above, in the sample": "上级限于抽查的事件", "for the system, the time is over": "系统须待到期", "holder at grid or town level": "责任人在网格或乡镇一级",
	"stays": "不变", "who acts": "办理者", "the named area": "指定区域", "the sender": "交出人", "back to the sender": "交出人",
	"the sender, the second time the common superior": "交出人，第二次为共同上级", "the level above": "上一级",
	"a deputy, else the level above": "副职，否则上一级", "the level above, at the top the command centre": "上一级，已在顶层则指挥中心",
	"run on": "继续", "both start": "重新起算", "stage starts": "环节起算", "stop": "停走", "go on with what was left": "按所余继续",
	"whole ends, evaluation starts": "总时限止，问效起算", "end": "终止",
	"the level above, then the command centre": "上一级，其后为指挥中心", "the alarm has rung, stage starts": "已亮灯，环节起算",
	"run on; the alarm of the system has rung": "继续；系统所为则已亮灯",
}

// Every action has one rule, nothing leads out of an end but unmerge, and from
// every state an end can be reached.
func TestLifecycle(t *testing.T) {
	seen := map[grid.Action]bool{}
	for _, r := range dispatch.Lifecycle {
		if seen[r.Action] {
			t.Errorf("%s has two rules", r.Action)
		}
		seen[r.Action] = true
		if ends := slices.ContainsFunc(r.From, grid.State.Terminal); ends && r.Action != grid.ActionUnmerge {
			t.Errorf("%s goes on from an end", r.Action)
		}
	}
	for _, st := range grid.States() {
		if !reachesEnd(st, map[grid.State]bool{}) {
			t.Errorf("no way leads from %v to an end", st)
		}
	}
}

func reachesEnd(st grid.State, seen map[grid.State]bool) bool {
	if st.Terminal() {
		return true
	}
	seen[st] = true
	return slices.ContainsFunc(dispatch.Triples(), func(t dispatch.Triple) bool {
		return t.From == st && !seen[t.To] && reachesEnd(t.To, seen)
	})
}
