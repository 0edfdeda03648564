package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"time"

	"jingwei/api"
	"jingwei/density"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/tiles"
	"jingwei/tiles/archive"
)

type exportCommand struct {
	Tiles exportTiles `cmd:"" help:"A layer's vector tiles in one file, MBTiles or PMTiles."`
}

type exportTiles struct {
	Layer   string     `required:"" help:"areas, bins or reports."`
	Out     string     `required:"" type:"path" placeholder:"FILE" help:"Where to; the file is there when it is whole."`
	Format  string     `help:"mbtiles or pmtiles; default: as the file's name ends."`
	MinZoom *uint32    `placeholder:"N" help:"First zoom; default: the first worth having."`
	MaxZoom *uint32    `placeholder:"N" help:"Last zoom; default: the last worth having."`
	From    string     `placeholder:"TIME" help:"Only reports not before this time: RFC 3339, or a date, which begins at midnight in Beijing."`
	To      string     `placeholder:"TIME" help:"Only reports before this time."`
	Matter  string     `placeholder:"CODES" help:"Only reports of matters whose codes begin so; several with commas between them."`
	State   string     `help:"Only reports that are open, closed or overdue."`
	Level   grid.Level `help:"Level of the areas; default: at each zoom the one that fits."`
}

// exported is what an exportTiles asks for.
type exported struct {
	layer  tiles.Layer
	format archive.Format
	filter density.Filter
}

func (c *exportTiles) Run(ctx context.Context, s streams, d *database) error {
	x, err := c.parse()
	if err != nil {
		return usageError{err}
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	_, missing := os.Stat(c.Out)
	began, p := time.Now(), newProgress(s.err)
	n, err := c.export(ctx, db, x, p)
	p.close()
	if err != nil {
		return err
	}
	info, err := os.Stat(c.Out)
	if err != nil {
		return err
	}
	if missing == nil {
		fmt.Fprintf(s.err, "replaced %s\n", c.Out)
	}
	fmt.Fprintf(s.err, "%d tiles, %.1f MB, in %.1f s\n", n, float64(info.Size())/1e6, time.Since(began).Seconds())
	return nil
}

// parse reads what the flags say as the service reads parameters of the same names.
func (c *exportTiles) parse() (x exported, err error) {
	if x.layer, err = tiles.ParseLayer(c.Layer); err != nil {
		return x, err
	}
	if x.format, err = archive.ParseFormat(c.Format, c.Out); err != nil {
		return x, err
	}
	if c.Level != 0 && x.layer != tiles.Areas {
		return x, fmt.Errorf("--level is for areas, not for %v", x.layer)
	}
	for _, z := range []*uint32{c.MinZoom, c.MaxZoom} {
		if z != nil && *z > tiles.MaxZoom {
			return x, fmt.Errorf("zoom %d: 0 to %d", *z, tiles.MaxZoom)
		}
	}
	if c.MinZoom != nil && c.MaxZoom != nil && *c.MinZoom > *c.MaxZoom {
		return x, fmt.Errorf("--min-zoom %d is above --max-zoom %d", *c.MinZoom, *c.MaxZoom)
	}
	x.filter, err = api.ParseFilter(url.Values{"from": {c.From}, "to": {c.To}, "matter": {c.Matter}, "state": {c.State}})
	return x, err
}

// export writes the tiles and returns how many there are.
func (c *exportTiles) export(ctx context.Context, db *store.DB, x exported, p *progress) (n int64, err error) {
	snapshot, err := db.Load(ctx, 0)
	if err != nil {
		return 0, err
	}
	pyramid := tiles.NewPyramid(snapshot)
	about := c.describe(pyramid, x.layer)
	w, err := archive.Create(c.Out, x.format, about)
	if err != nil {
		return 0, err
	}
	columns, err := density.Load(snapshot, 0, counted(db.ReportColumns(ctx), p))
	if err == nil {
		columns.Advance(db.Now())
		o := tiles.Options{Layer: x.layer, Level: c.Level, Columns: columns, Filter: x.filter, Root: -1}
		err = fill(ctx, w, pyramid, about, o, p)
	}
	if err != nil {
		return 0, errors.Join(err, w.Discard())
	}
	return w.Tiles(), w.Commit()
}

// fill makes the tiles of an archive.
func fill(ctx context.Context, w *archive.Writer, pyramid *tiles.Pyramid, about tiles.TileJSON, o tiles.Options, p *progress) error {
	places := pyramid.Covering(about.MinZoom, about.MaxZoom, o.Root)
	total := count(places)
	return w.Fill(ctx, places, func(ctx context.Context, a tiles.Address) (tiles.Tile, error) {
		return pyramid.Tile(ctx, a, o)
	}, func(n int64) { p.show("tiles", n, total) })
}

// describe describes the tiles of the zooms that are wanted.
func (c *exportTiles) describe(p *tiles.Pyramid, l tiles.Layer) tiles.TileJSON {
	t := p.TileJSON(tiles.Options{Layer: l, Root: -1}, "")
	if c.MinZoom != nil {
		t.MinZoom = *c.MinZoom
		t.MaxZoom = max(t.MaxZoom, t.MinZoom)
	}
	if c.MaxZoom != nil {
		t.MaxZoom = *c.MaxZoom
		t.MinZoom = min(t.MinZoom, t.MaxZoom)
	}
	t.Center[2] = min(max(t.Center[2], float64(t.MinZoom)), float64(t.MaxZoom))
	for i := range t.VectorLayers {
		t.VectorLayers[i].MinZoom, t.VectorLayers[i].MaxZoom = t.MinZoom, t.MaxZoom
	}
	return t
}

// counted hands reports on and shows how many there have been.
func counted(reports iter.Seq2[density.Report, error], p *progress) iter.Seq2[density.Report, error] {
	const often = 10_000
	return func(yield func(density.Report, error) bool) {
		n := int64(0)
		for r, err := range reports {
			if n++; n%often == 0 {
				p.show("reports", n, 0)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func count(places iter.Seq[tiles.Address]) (n int64) {
	for range places {
		n++
	}
	return n
}
