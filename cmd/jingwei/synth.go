package main

import (
	"context"
	"fmt"

	"jingwei/synth"
)

type synthCommand struct {
	Out     string  `required:"" type:"path" help:"Folder to write to; made if it is not there, refused if it holds another city."`
	Scale   float64 `default:"1" help:"Size of the city: 1 is Nantong with 62,854 cells."`
	Seed    uint64  `default:"1" help:"The same seed gives the same bytes."`
	Reports int     `default:"100000" help:"How many reports."`
}

func (c *synthCommand) Run(ctx context.Context, s streams) error {
	if !(c.Scale > 0) {
		return usageError{fmt.Errorf("--scale %v: above 0", c.Scale)}
	}
	p := newProgress(s.err)
	defer p.close()
	city, err := synth.Generate(synth.Options{Seed: c.Seed, Scale: c.Scale, Progress: func(stage string, done, total int) {
		p.show(stage, int64(done), int64(total))
	}})
	if err != nil {
		return usageError{err}
	}
	if err := city.WriteFiles(ctx, c.Out, c.Reports); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "%d areas, %d cells, %d workers, %d matters and %d reports in %s\n",
		len(city.Areas), len(city.Cells), len(city.Workers), len(city.Matters), c.Reports, c.Out)
	return nil
}
