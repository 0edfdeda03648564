package synth

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jingwei/grid"
)

// catalogueText has a line "# category" for each category, and below it a line
// "item|level|hours|matters" for each item; a matter that is handled elsewhere
// or in another time than its item says so as "name@level:hours".
//
//go:embed catalogue.txt
var catalogueText string

// catalogue returns the matters by code.
func catalogue() []grid.Matter {
	var out []grid.Matter
	var category string
	var c, i int
	for line := range strings.Lines(catalogueText) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			category, c, i = name, c+1, 0
			continue
		}
		i++
		f := strings.Split(line, "|")
		for k, m := range strings.Fields(f[3]) {
			name, where, _ := strings.Cut(m, "@")
			if where == "" {
				where = f[1] + ":" + f[2]
			}
			level, limit := handling(where)
			out = append(out, grid.Matter{
				Code:     fmt.Sprintf("%02d%02d%02d", c, i, k+1),
				Category: category, Item: f[0], Name: name, Level: level, Limit: limit,
			})
		}
	}
	return out
}

// handling reads "level:hours". The catalogue is part of the program and its test
// reads all of it.
func handling(s string) (grid.Level, time.Duration) {
	name, hours, _ := strings.Cut(s, ":")
	level, err := grid.ParseLevel(name)
	if err != nil {
		panic(err)
	}
	h, err := strconv.Atoi(hours)
	if err != nil {
		panic(err)
	}
	return level, time.Duration(h) * time.Hour
}
