package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far a command has come: bars on a terminal, plain lines
// elsewhere. In its first two seconds it shows nothing.
type progress struct {
	bars  *mpb.Progress // nil without a terminal
	out   io.Writer
	stage string
	bar   *mpb.Bar
	began time.Time
	told  time.Time
}

// Nothing is shown before showAfter; a plain line comes every tellEvery.
const (
	showAfter = 2 * time.Second
	tellEvery = 5 * time.Second
)

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, began: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(f), mpb.WithWidth(48), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return p
}

// show tells that done of total of a stage is done; a total of 0 is unknown.
func (p *progress) show(stage string, done, total int64) {
	if stage != p.stage {
		p.end()
		p.stage = stage
	}
	switch {
	case p.bars != nil:
		p.draw(done, total)
	case time.Since(p.began) >= showAfter && time.Since(p.told) >= tellEvery:
		p.told = time.Now()
		fmt.Fprintln(p.out, p.line(done, total))
	}
}

func (p *progress) line(done, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%s: %d", p.stage, done)
	}
	return fmt.Sprintf("%s: %d %%", p.stage, 100*done/total)
}

func (p *progress) draw(done, total int64) {
	if p.bar == nil {
		if time.Since(p.began) < showAfter {
			return
		}
		p.bar = p.bars.AddBar(total,
			mpb.PrependDecorators(decor.Name(p.stage, decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	p.bar.SetTotal(total, false)
	p.bar.SetCurrent(done)
}

// end closes the stage that is shown.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.SetTotal(-1, true)
		p.bar.EnableTriggerComplete()
		p.bar = nil
	}
	p.stage = ""
}

// close ends the last stage and waits until all is drawn.
func (p *progress) close() {
	p.end()
	if p.bars != nil {
		p.bars.Wait()
	}
}
