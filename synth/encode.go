package synth

import (
	"bufio"
	"context"
	"strconv"

	"jingwei/geo"
	"jingwei/grid"
)

// writeAreas writes the areas of a level as GeoJSON, a feature on each line.
func (c *City) writeAreas(ctx context.Context, w *bufio.Writer, l grid.Level) error {
	sep := "\n"
	buf := []byte(`{"type":"FeatureCollection","features":[`)
	for i := range c.Areas {
		a := &c.Areas[i]
		if a.Level != l {
			continue
		}
		buf = appendFeature(append(buf, sep...), a)
		if _, err := w.Write(buf); err != nil {
			return err
		}
		sep, buf = ",\n", buf[:0]
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	_, err := w.Write(append(buf, "\n]}\n"...))
	return err
}

// appendFeature writes an area; names have nothing that JSON would escape.
func appendFeature(b []byte, a *Area) []byte {
	b = append(b, `{"type":"Feature","properties":{`...)
	for _, p := range []struct{ key, value string }{
		{"code", a.Code}, {"name", a.Name}, {"parent", a.Parent}, {"kind", string(a.Kind)},
	} {
		b = append(b, `"`+p.key+`":`...)
		if p.value == "" {
			b = append(b, `null,`...)
		} else {
			b = append(b, `"`+p.value+`",`...)
		}
	}
	b = append(b, `"households":`...)
	if a.IsCell() {
		b = strconv.AppendInt(b, int64(a.Households), 10)
	} else {
		b = append(b, `null`...)
	}
	return append(appendGeometry(append(b, `},"geometry":`...), a.Shape), '}')
}

func appendGeometry(b []byte, m geo.MultiPolygon) []byte {
	if m == nil {
		return append(b, `null`...)
	}
	b = append(b, `{"type":"MultiPolygon","coordinates":`...)
	b = appendList(b, m, func(b []byte, p geo.Polygon) []byte {
		return appendList(b, p, func(b []byte, r geo.Ring) []byte {
			b = appendList(b, r, appendPosition)
			b = append(b[:len(b)-1], ',') // the first position again
			return append(appendPosition(b, r[0]), ']')
		})
	})
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, x)
	}
	return append(b, ']')
}

func appendPosition(b []byte, p geo.Pos) []byte {
	b = appendDegrees(append(b, '['), p.X)
	return append(appendDegrees(append(b, ','), p.Y), ']')
}

// appendDegrees writes a coordinate exactly, with up to seven decimals.
func appendDegrees(b []byte, x int32) []byte {
	n := int64(x)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/geo.PerDegree, 10)
	n %= geo.PerDegree
	if n == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(geo.PerDegree / 10); n > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit))
		n %= unit
	}
	return b
}

// writeReports writes n reports as CSV; their fields have nothing to quote.
func (c *City) writeReports(ctx context.Context, w *bufio.Writer, n int) error {
	buf := []byte("id,at,received,lon,lat,accuracy,matter,text,state,reporter\n")
	done := 0
	for r := range c.Reports(n) {
		buf = appendReport(buf, r)
		if _, err := w.Write(buf); err != nil {
			return err
		}
		buf = buf[:0]
		if done++; done%10_000 == 0 {
			c.options.Progress("reports", done, n)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	c.options.Progress("reports", n, n)
	_, err := w.Write(buf)
	return err
}

func appendReport(b []byte, r Report) []byte {
	const layout = "2006-01-02T15:04:05.000Z"
	id, _ := r.ID.MarshalText()
	b = append(append(b, id...), ',')
	b = append(r.At.AppendFormat(b, layout), ',')
	b = append(r.Received.AppendFormat(b, layout), ',')
	b = append(appendDegrees(b, r.Pos.X), ',')
	b = append(appendDegrees(b, r.Pos.Y), ',')
	if r.Accuracy > 0 {
		b = strconv.AppendFloat(b, r.Accuracy, 'f', -1, 64)
	}
	b = append(append(append(b, ','), r.Matter...), ',')
	b = append(append(b, r.Text...), ',')
	b = append(append(b, r.State.String()...), ',')
	return append(append(b, r.Reporter...), '\n')
}
