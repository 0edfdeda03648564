package api

import (
	"fmt"
	"net/url"
	"strings"

	"jingwei/density"
)

// ParseFilter reads from, to, matter and state as every address does that counts
// reports. An error names the parameter.
func ParseFilter(values url.Values) (density.Filter, error) {
	p := &params{values: values, known: map[string]bool{}}
	f := p.filter()
	return f, p.end()
}

// filter reads which reports are counted.
func (p *params) filter() density.Filter {
	from, to := p.span()
	return density.Filter{From: from, To: to, Matters: p.matters(), State: read(p, "state", density.ParseState)}
}

// matters reads a set of code prefixes.
func (p *params) matters() []string { return read(p, "matter", parseMatters) }

// maxMatters is more than a catalogue has: a set of more is a mistake.
const maxMatters = 1000

func parseMatters(s string) ([]string, error) {
	prefixes := strings.Split(s, ",")
	if len(prefixes) > maxMatters {
		return nil, fmt.Errorf("%d matters: want at most %d", len(prefixes), maxMatters)
	}
	for _, m := range prefixes {
		if _, err := parseMatterPrefix(m); err != nil {
			return nil, err
		}
	}
	return prefixes, nil
}
