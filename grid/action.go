package grid

// Action is what a step did to a report.
type Action string

// Report: it came in and nobody answers for its place. Route 交办: it was assigned,
// as it came in or by a dispatcher. Import: it came in with a batch of old reports.
const (
	ActionReport Action = "report"
	ActionRoute  Action = "route"
	ActionImport Action = "import"
)

// Who has the ball: accept 接收 takes it up, return 退回 gives it back, recall 撤回
// takes it back, escalate 上报 gives it to the level above, delegate 分流 to one
// below; timeout 超时 takes it from who did not take it up, and overdue 超期 from
// who was not done in time.
const (
	ActionAccept   Action = "accept"
	ActionReturn   Action = "return"
	ActionRecall   Action = "recall"
	ActionTimeout  Action = "timeout"
	ActionEscalate Action = "escalate"
	ActionDelegate Action = "delegate"
	ActionOverdue  Action = "overdue"
)

// Verification 核查: verify 属实, void 作废 what is not so, merge 并案 what is known
// already, and unmerge 拆案. Refuse 驳回 says no to what was asked.
const (
	ActionVerify  Action = "verify"
	ActionAskVoid Action = "ask-void"
	ActionVoid    Action = "void"
	ActionMerge   Action = "merge"
	ActionUnmerge Action = "unmerge"
	ActionRefuse  Action = "refuse"
)

// Handling 处置: whistle 吹哨 calls a department, which arrives 报到 and completes,
// or is withdrawn; suspend 挂账 until a date, resume 恢复; finish 办结.
const (
	ActionWhistle    Action = "whistle"
	ActionArrive     Action = "arrive"
	ActionComplete   Action = "complete"
	ActionWithdraw   Action = "withdraw"
	ActionAskSuspend Action = "ask-suspend"
	ActionSuspend    Action = "suspend"
	ActionResume     Action = "resume"
	ActionFinish     Action = "finish"
)

// The end: pass 通过 and fail 不通过 of the check, evaluate 问效 and reopen 重办;
// lapse 自动办结 ends what nobody evaluated in time.
const (
	ActionPass     Action = "pass"
	ActionFail     Action = "fail"
	ActionEvaluate Action = "evaluate"
	ActionReopen   Action = "reopen"
	ActionLapse    Action = "lapse"
)

// Marks: urge 催办 and supervise 督办; alarm 告警 says that what nobody answers for
// was not routed in time.
const (
	ActionUrge      Action = "urge"
	ActionSupervise Action = "supervise"
	ActionAlarm     Action = "alarm"
)
