"""The identities behind the solution for one output, checked with symbols instead of numbers."""

import sympy as sp

mu, k = sp.symbols("mu k", positive=True)
beta, c = sp.symbols("beta c", real=True)


def small_problem():
    """Two units, in coordinates where H0 is triangular, as it is in any problem after a rotation of the samples.

    Three rows are then enough, and theta0 and rho are free: Y = H0 theta0 + sqrt(rho) (0, 0, 1)'.
    """
    r11, r12, r22, root = sp.symbols("r11 r12 r22 root", positive=True)
    theta0, w, b = (sp.Matrix(sp.symbols(f"{name}1:3", real=True)) for name in ("t", "w", "b"))
    H0 = sp.Matrix([[r11, r12], [0, r22], [0, 0]])
    return H0, H0 * theta0 + sp.Matrix([0, 0, root]), theta0, w, b, root**2


def test_steps_sum_to_the_closed_form():
    """E_k = E_0 q^k and s_k: one more step of the recursion, from k to k + 1, for every k."""
    q = 1 - mu * beta
    s = (1 - q**k) / beta
    assert sp.simplify(s.subs(k, k + 1) - (s + mu * q**k)) == 0
    assert s.subs(k, 0) == 0
    assert sp.simplify(1 - s * beta - q**k) == 0  # E_k = H_k w - Y = E_0 (1 - s_k b.w)
    t = sp.symbols("t", positive=True)
    smooth = (1 - sp.exp(-beta * t)) / beta
    assert sp.simplify(sp.diff(smooth, t) - sp.exp(-beta * t)) == 0
    assert sp.limit(s.subs({k: t / mu, beta: 2}), mu, 0).equals(smooth.subs(beta, 2))


def test_two_steps_of_the_dynamics():
    H0, Y, _, w, b, _ = small_problem()
    H = H0
    for _ in range(2):
        H = H - mu * (H * w - Y) * b.T
    q = 1 - mu * (b.T * w)[0]
    error = H0 * w - Y
    assert sp.expand(H - (H0 - mu * (1 + q) * error * b.T)) == sp.zeros(3, 2)
    assert sp.expand(H * w - Y - error * q**2) == sp.zeros(3, 1)


def test_the_regression_loss_is_one_over_a_quadratic_in_the_clock():
    """H_k spans what H_0 + c Y b' spans, so its loss is that of H_0 + c Y b'; and that loss, by normal equations."""
    H0, Y, theta0, w, b, rho = small_problem()
    s = sp.symbols("s", real=True)
    q = 1 - s * (b.T * w)[0]
    walked = H0 - s * (H0 * w - Y) * b.T
    back = sp.eye(2) - s * w * b.T
    assert sp.simplify(walked - (H0 + s / q * Y * b.T) * back) == sp.zeros(3, 2)  # back is invertible: det = q
    assert sp.expand(back.det() - q) == 0
    H = H0 + c * Y * b.T
    gram, cross = H.T * H, H.T * Y
    loss = sp.Matrix([[gram, cross], [cross.T, Y.T * Y]]).det() / gram.det()  # squared residual by determinants
    curvature = rho * (b.T * (H0.T * H0).inv() * b)[0]
    assert sp.simplify(loss - rho / ((1 + c * (b.T * theta0)[0]) ** 2 + c**2 * curvature)) == 0


def test_the_update_is_downhill_where_b_theta_is_positive():
    """With E = H w - Y, r = Y - H theta and H'r = 0: <-E b', 2 r theta'> = 2 |r|^2 b.theta."""
    H0, Y, theta, w, b, rho = small_problem()
    residual = Y - H0 * theta
    assert sp.simplify(H0.T * residual) == sp.zeros(2, 1)
    update, descent = -(H0 * w - Y) * b.T, 2 * residual * theta.T
    assert sp.expand((update.T * descent).trace() - 2 * rho * (b.T * theta)[0]) == 0


def test_the_rise_and_the_turn():
    slope, curvature = sp.symbols("slope", real=True), sp.symbols("curvature", positive=True)
    quadratic = (1 + c * slope) ** 2 + c**2 * curvature
    turn = -slope / (slope**2 + curvature)
    assert sp.simplify(sp.diff(quadratic, c).subs(c, turn)) == 0
    assert sp.simplify(sp.diff(quadratic, c).subs(c, 0) - 2 * slope) == 0
    assert sp.simplify(1 / quadratic.subs(c, turn) - (slope**2 + curvature) / curvature) == 0


def test_b_theta_vanishes_at_the_turn_and_in_an_explosion():
    """theta_k by normal equations: b.theta_k = (1 + c beta) times half the logarithmic slope of the quadratic."""
    H0, Y, theta0, w, b, rho = small_problem()
    H = H0 + c * Y * b.T
    straight = (H.T * H).inv() * H.T * Y  # weights on H0 + c Y b'
    along = sp.simplify((b.T * straight)[0])
    slope, curvature = (b.T * theta0)[0], rho * (b.T * (H0.T * H0).inv() * b)[0]
    quadratic = (1 + c * slope) ** 2 + c**2 * curvature
    assert sp.simplify(along - sp.diff(quadratic, c) / 2 / quadratic) == 0
    # H_k = (H0 + c Y b') (I - s w b'), so theta_k = (I + c w b') straight and b.theta_k = (1 + c beta) b.straight
    s = c / (1 + c * (b.T * w)[0])
    assert sp.simplify((sp.eye(2) - s * w * b.T) * (sp.eye(2) + c * w * b.T) - sp.eye(2)) == sp.zeros(2, 2)
    theta = (sp.eye(2) + c * w * b.T) * straight
    assert sp.simplify((b.T * theta)[0] - (1 + c * (b.T * w)[0]) * along) == 0  # 0 at c = -1 / beta


def test_the_proof_of_the_loss_by_determinants():
    """The Gram determinant of [H, Y] does not move, and H'H = A'GA + c^2 rho bb', for every c, also where det A = 0."""
    H0, Y, theta0, _, b, rho = small_problem()
    H, G = H0 + c * Y * b.T, H0.T * H0
    both, first = (M.row_join(Y) for M in (H, H0))
    assert sp.expand((both.T * both).det() - (first.T * first).det()) == 0
    assert sp.expand((first.T * first).det() - rho * G.det()) == 0
    A = sp.eye(2) + c * theta0 * b.T
    assert sp.expand(H.T * H - (A.T * G * A + c**2 * rho * b * b.T)) == sp.zeros(2, 2)
    assert sp.expand(A.det() - (1 + c * (b.T * theta0)[0])) == 0
    parabola = A.det() ** 2 + c**2 * rho * (b.T * G.inv() * b)[0]
    assert sp.simplify((H.T * H).det() - G.det() * parabola) == 0


def test_untaught_for_good():
    """The loss at the end of an exploding clock, in the two numbers x and e, and where it crosses its start."""
    slope = sp.symbols("slope", negative=True)
    curvature, size, x, e = sp.symbols("curvature size x e", positive=True)
    steep = slope**2 + curvature
    parabola = (1 + c * slope) ** 2 + c**2 * curvature
    turn = -slope / steep
    assert sp.simplify(parabola.subs(c, 2 * turn) - 1) == 0
    end = parabola.subs(c, 1 / size)  # at c = 1 / |beta|
    in_two = 1 - e * (2 * x - 1) / x**2
    assert sp.simplify(end - in_two.subs({x: size * turn, e: slope**2 / steep})) == 0
    assert sp.solve(sp.Eq(in_two, 1), x) == [sp.Rational(1, 2)]
    assert sp.solve(sp.diff(in_two, x), x) == [1]
    assert sp.simplify(in_two.subs(x, 1) - (1 - e)) == 0
    assert sp.simplify(1 / (1 - slope**2 / steep) - (1 + slope**2 / curvature)) == 0
    # x > 1/2 needs |beta| > sqrt(curvature): |slope| + curvature / |slope| is at least twice that
    assert sp.expand(steep + 2 * slope * sp.sqrt(curvature) - (slope + sp.sqrt(curvature)) ** 2) == 0
