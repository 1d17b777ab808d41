package main

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// plots draws the pictures, each as PNG and SVG.
func (rep *report) plots(dir string) error {
	return errors.Join(
		rep.plotRatios(filepath.Join(dir, "ratios")),
		rep.plotConns(filepath.Join(dir, "echo-cpu"), cpu, "echo server: its processor time a request", "µs a request", 1000),
		rep.plotConns(filepath.Join(dir, "echo-memory"), memConn, "echo server: its memory a connection", "bytes a connection", 1),
		rep.plotLatency(filepath.Join(dir, "pingpong")),
	)
}

func save(p *plot.Plot, name string, width, height vg.Length) error {
	return errors.Join(p.Save(width, height, name+".png"), p.Save(width, height, name+".svg"))
}

// plotRatios draws how good each contestant is against C, one column of points a workload.
func (rep *report) plotRatios(name string) error {
	var ws []*workload
	for _, w := range rep.m.workloads {
		if len(rep.m.samples(w.name, "C")) > 0 && !strings.HasPrefix(w.name, "udp/gso") {
			ws = append(ws, w)
		}
	}
	if len(ws) == 0 {
		return nil
	}
	p := plot.New()
	p.Title.Text = "times as good as C (1: equal; up: better)"
	p.Y.Scale = plot.LogScale{}
	p.Y.Tick.Marker = ticks{0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2}
	p.Add(plotter.NewGrid())
	var names []string
	for _, w := range ws {
		names = append(names, w.name)
	}
	series := 0
	for _, c := range contestants {
		who := c[0]
		var points plotter.XYs
		for i, w := range ws {
			if b := rep.better(w, who, "C"); who != "C" && !math.IsNaN(b) && b > 0 {
				points = append(points, plotter.XY{X: float64(i), Y: min(max(b, 0.1), 3)})
			}
		}
		if len(points) == 0 {
			continue
		}
		s, err := plotter.NewScatter(points)
		if err != nil {
			return err
		}
		s.Color, s.Shape, s.Radius = plotutil.Color(series), plotutil.Shape(series), vg.Points(3)
		series++
		p.Add(s)
		p.Legend.Add(who, s)
	}
	one := plotter.NewFunction(func(float64) float64 { return 1 })
	p.Add(one)
	p.NominalX(names...)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = -1, -0.5
	p.X.Tick.Label.Font.Size = vg.Points(7)
	p.Legend.Top = true
	p.X.Max = float64(len(ws)) + float64(len(ws))/6 + 1 // room for the legend
	return save(p, name, vg.Length(max(14, len(ws)/4))*vg.Inch, 7*vg.Inch)
}

// ticks are the marks of an axis.
type ticks []float64

func (t ticks) Ticks(least, most float64) (marks []plot.Tick) {
	for _, v := range t {
		if v >= least && v <= most {
			marks = append(marks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', -1, 64)})
		}
	}
	return marks
}

// plotConns draws a metric of the echo server against the number of connections.
func (rep *report) plotConns(name string, m metric, title, unit string, scale float64) error {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "connections", unit
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = ticks{1, 10, 100, 1000, 10000, 50000}
	if m.name == memConn.name {
		p.Y.Scale = plot.LogScale{}
		p.Y.Tick.Marker = ticks{10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000}
	} else {
		p.Y.Min = 0
	}
	p.Add(plotter.NewGrid())
	series := 0
	for _, c := range contestants {
		var points plotter.XYs
		for _, w := range rep.m.workloads {
			if w.role != "echo" || !strings.HasPrefix(w.name, "echo/") || !w.cross || m.name == memConn.name && w.conns < 100 {
				continue
			}
			if _, v, _ := spread(rep.m.values(w.name, c[0], m)); !math.IsNaN(v) {
				if m.name == memConn.name {
					v = max(v, 10) // a logarithmic axis has no 0
				}
				points = append(points, plotter.XY{X: float64(w.conns), Y: v / scale})
			}
		}
		if len(points) == 0 {
			continue
		}
		slices.SortFunc(points, func(a, b plotter.XY) int { return int(a.X - b.X) })
		l, s, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		l.Color, s.Color, s.Shape = plotutil.Color(series), plotutil.Color(series), plotutil.Shape(series)
		l.Width = vg.Points(1.5)
		series++
		p.Add(l, s)
		p.Legend.Add(c[0], l, s)
	}
	if series == 0 {
		return nil
	}
	p.Legend.Top = true
	return save(p, name, 8*vg.Inch, 5*vg.Inch)
}

// plotLatency draws the round trip of 64 bytes, same core: p50 and p99 side by side.
func (rep *report) plotLatency(name string) error {
	var names []string
	var fifty, ninetynine plotter.Values
	for _, proto := range []string{"tcp", "unix", "udp"} {
		w := rep.m.workload("pingpong/" + proto + "/64/same")
		if w == nil {
			continue
		}
		for _, who := range w.who {
			_, a, _ := spread(rep.m.values(w.name, who, p50))
			_, b, _ := spread(rep.m.values(w.name, who, p99))
			if !math.IsNaN(a) {
				names = append(names, proto+" "+who)
				fifty, ninetynine = append(fifty, a/1000), append(ninetynine, b/1000)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	p := plot.New()
	p.Title.Text = "round trip of 64 bytes to C's echo in another process on the same core"
	p.Y.Label.Text = "µs"
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	for i, v := range []plotter.Values{fifty, ninetynine} {
		bars, err := plotter.NewBarChart(v, vg.Points(8))
		if err != nil {
			return err
		}
		bars.Color, bars.LineStyle.Width = plotutil.Color(i), 0
		bars.Offset = vg.Points(float64(8*i - 4))
		p.Add(bars)
		p.Legend.Add([]string{"p50", "p99"}[i], bars)
	}
	p.NominalX(names...)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = -1, -0.5
	p.Legend.Top = true
	p.X.Max = float64(len(names)) + 1 // room for the legend
	return save(p, name, 10*vg.Inch, 5*vg.Inch)
}
